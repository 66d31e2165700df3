import { execa } from 'execa';
import { rmdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/support/errors.ts';
import { recordingsAt } from '../../src/transcribe/find-recordings.ts';

const CASES = path.resolve('test/fixtures/cases');
const SPEECH = path.join(CASES, '14-unlisted-endings');

describe('recordings in folders', () => {
  let folder: string;
  const at = (...names: string[]): string => path.join(folder, ...names);
  const found = async (...paths: string[]): Promise<string[]> =>
    (await recordingsAt(paths)).map((file) => path.relative(folder, file).replaceAll('\\', '/'));
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'find-'));
  });

  it('are known by what is in them, whatever their names end in', async () => {
    await cp(SPEECH, at('tapes'), { recursive: true });
    await cp(path.join(SPEECH, 'rec.caf'), at('tapes', 'no ending'));
    await cp(path.join(SPEECH, 'rec.au'), at('tapes', 'rec.vox1'));
    await writeFile(at('tapes', 'notes.txt'), 'not a recording');
    await writeFile(at('tapes', 'list.m3u'), 'rec.au\n');
    await writeFile(at('tapes', 'picture.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    await writeFile(at('tapes', 'data.bin'), Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251)));
    expect(await found(folder)).toEqual(
      ['no ending', 'rec.3gp', 'rec.au', 'rec.caf', 'rec.vox1'].map((n) => `tapes/${n}`),
    );
  });

  it('leave out what is hidden, also the ._ files of macOS', async () => {
    await mkdir(at('.trash'));
    for (const name of ['a.wav', '._a.wav', '.hidden.wav', '.trash/b.wav']) await writeFile(at(name), 'x');
    expect(await found(folder)).toEqual(['a.wav']);
    expect(await found(at('.hidden.wav'))).toEqual(['.hidden.wav']);
  });

  it.skipIf(process.platform === 'win32')('are files: no pipe, no loop of links, nothing outside', async () => {
    await mkdir(at('in'));
    await writeFile(at('in', 'a.wav'), 'x');
    await writeFile(at('outside.wav'), 'x');
    await symlink(at('in'), at('in', 'loop'));
    await symlink(at('outside.wav'), at('in', 'out.wav'));
    await symlink(at('in', 'a.wav'), at('in', 'b.wav'));
    await symlink(at('nowhere.wav'), at('in', 'dangling.wav'));
    await execa('mkfifo', [at('in', 'pipe.wav')]);
    expect(await found(at('in'))).toEqual(['in/a.wav', 'in/b.wav']);
  });

  it.skipIf(process.platform === 'win32')('may be taken away while they are looked for', async () => {
    for (let i = 0; i < 300; i++) await mkdir(at('tapes', String(i)), { recursive: true });
    await writeFile(at('tapes', 'z.wav'), 'x');
    const finding = found(at('tapes'));
    // By then it has seen which folders there are, and has looked into a few.
    for (let i = 0; i < 8; i++) await stat(folder);
    for (let i = 0; i < 300; i++) rmdirSync(at('tapes', String(i)));
    expect(await finding).toEqual(['tapes/z.wav']);
  });

  it('may be named by patterns, which no shell of Windows expands; a name with such signs is a name', async () => {
    for (const name of ['a 1.wav', 'a 2.wav', 'b.wav', '[x].wav']) await writeFile(at(name), 'x');
    expect(await found(at('a*.wav'), at('b.wav'), at('*.wav'))).toEqual(['a 1.wav', 'a 2.wav', 'b.wav', '[x].wav']);
    expect(await found(at('[x].wav'))).toEqual(['[x].wav']);
    await expect(recordingsAt([at('c*.wav')])).rejects.toThrow('no file matches');
    await expect(recordingsAt([at('c.wav')])).rejects.toThrow('no such file');
  });

  it('are wanted: where there is none, it is said', async () => {
    await writeFile(at('readme.txt'), 'text');
    const error = await recordingsAt([folder]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ message: expect.stringContaining('nothing to transcribe') as string });
  });
});
