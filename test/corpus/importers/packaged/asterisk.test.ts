import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AsteriskSource } from '../../../../src/corpus/importers/packaged/asterisk.ts';
import { importAsterisk } from '../../../../src/corpus/importers/packaged/asterisk.ts';
import { about, imported, reasons, writeTree, type Imported } from '../import.ts';
import { temporary } from '../debian.ts';

const SOURCE: AsteriskSource = {
  ...about,
  importer: 'asterisk',
  language: 'it',
  speaker: 'Carlo',
  sounds: 'sounds/it',
  transcripts: 'doc/list.txt',
  repair: { 'pu?': 'può' },
  exclude: ['beep'],
};
const LIST = `; prompts: a list
vm-can: Si pu? fare.
digits/1: uno
beep: un suono
vm-tone: [un tono]
vm-lost: la citt? antica
vm-nobody: nessuno lo dice
`;
/** G.722: 8000 bytes a second. */
const RECORDINGS = {
  'vm-can.g722': new Uint8Array(4000),
  'digits/1.g722': new Uint8Array(2000),
  'beep.g722': 'b',
  'vm-tone.g722': 't',
  'vm-lost.g722': 'l',
  'zz/unheard.wav': 'u',
  'vm-alone.wav': 'a',
  'README.txt': 'r',
};

let unpacked: string;
let folder: string;
const run = (source = SOURCE, signal?: AbortSignal): Promise<Imported> =>
  imported(importAsterisk(source, { unpacked, folder, ...(signal ? { signal } : {}) }));

beforeEach(async () => {
  [unpacked, folder] = [await temporary('unpacked'), await temporary('corpus')];
  await writeTree(unpacked, {
    'doc/list.txt': LIST,
    ...Object.fromEntries(Object.entries(RECORDINGS).map(([name, data]) => [`sounds/it/${name}`, data])),
  });
});

describe('Asterisk’s prompts', () => {
  it('become utterances, in the list’s order, with their recordings', async () => {
    const { utterances } = await run();
    expect(utterances).toEqual([
      {
        id: 'vm-can',
        audio: 'audio/vm-can.g722',
        text: 'Si può fare.',
        language: 'it',
        speaker: 'Carlo',
        duration: 0.5,
      },
      { id: 'digits/1', audio: 'audio/digits/1.g722', text: 'uno', language: 'it', speaker: 'Carlo', duration: 0.25 },
    ]);
    for (const { audio, duration } of utterances)
      expect((await readFile(path.join(folder, audio))).length).toBe(duration! * 8000);
    expect((await readdir(path.join(folder, 'audio'))).sort()).toEqual(['digits', 'vm-can.g722']);
  });

  it('are set aside with the reason where they can’t be used; nothing is lost without a word', async () => {
    const result = await run();
    expect(reasons(result)).toEqual({
      beep: 'a sound, not speech',
      'vm-tone': 'a sound or a remark, not just speech: [un tono]',
      'vm-lost': 'letters were lost: la citt? antica',
      'vm-nobody': 'there is a transcript but no recording',
      'vm-alone': 'there is a recording but no transcript',
      'zz/unheard': 'there is a recording but no transcript',
    });
    // In the same order on every machine, whatever the order of its folders.
    expect(result.setAside.map(({ item }) => item).slice(-2)).toEqual(['vm-alone', 'zz/unheard']);
  });

  it('have no speaker where none is known', async () => {
    const nameless = Object.fromEntries(Object.entries(SOURCE).filter(([key]) => key !== 'speaker')) as AsteriskSource;
    const { utterances } = await run(nameless);
    expect(utterances[0]).not.toHaveProperty('speaker');
  });

  it('can’t be imported from where they are not', async () => {
    await expect(run({ ...SOURCE, sounds: 'sounds/de' })).rejects.toMatchObject({
      message: 'no such file',
      place: { file: path.join(unpacked, 'sounds/de') },
    });
    await expect(run({ ...SOURCE, transcripts: 'doc/none.txt' })).rejects.toMatchObject({
      message: 'no such file',
      place: { file: path.join(unpacked, 'doc/none.txt') },
    });
  });

  it('stop when told to', async () => {
    await expect(run(SOURCE, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
