/** @module-tag slow */
import { execa, type ResultPromise } from 'execa';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

/** The command lines of docs/serve.md, in their order. */
const lines = [...readFileSync('docs/serve.md', 'utf8').matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line!);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'serve-docs-'));
  const model = await smallModel({ encoder: 'embedded', layers: [1] });
  for (const run of ['italian-10min-1a2b3c4d', 'mine-9f8e7d6c'])
    await cp(model, path.join(folder, 'runs', run, 'model'), { recursive: true });
  await writeWav(path.join(folder, 'recording.wav'), speechlike(3));
  await writeWav(path.join(folder, 'long.wav'), speechlike(60));
  await mkdir(path.join(folder, 'bin'));
  await symlink(path.resolve('bin/run.js'), path.join(folder, 'bin/isogloss'));
});

const shell = (command: string): ResultPromise<{ shell: true; reject: false }> =>
  execa(command, {
    ...{ shell: true, reject: false, cwd: folder },
    env: { PATH: `${path.join(folder, 'bin')}:${process.env.PATH}` },
  });

/** Starts a service by a line, at a port that is free, and waits until it answers. */
async function started(line: string): Promise<{ address: string; stop: () => Promise<number | undefined> }> {
  const service = shell(`exec ${line} --port 0`);
  const address = await new Promise<string>((resolve, reject) => {
    service.stdout.on('data', (chunk: Buffer) => {
      const [found] = /http:\S+(?= answers)/.exec(String(chunk)) ?? [];
      if (found) resolve(found.replace('0.0.0.0', '127.0.0.1'));
    });
    void service.then(({ stderr }) => reject(new Error(String(stderr))));
  });
  const stop = async (): Promise<number | undefined> => {
    service.kill('SIGTERM');
    return (await service).exitCode;
  };
  return { address, stop };
}

it('are all known here', () => {
  expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'isogloss serve',
    'curl http://127.0.0.1:8000/v1/audio/transcriptions',
    'isogloss serve',
    'openssl rand',
    'isogloss serve',
  ]);
});

it('serve, ask, and end while something runs', async () => {
  const { address, stop } = await started(lines[0]!);
  const curl = (line: string) => shell(line.replace('http://127.0.0.1:8000', address));
  const { stdout } = await curl(lines[1]!);
  expect((JSON.parse(String(stdout)) as { text: string }).text).not.toBe('');
  const running = curl(lines[1]!.replace('recording.wav', 'long.wav'));
  while (!(await (await fetch(`${address}/metrics`)).text()).includes('in_work 1')) await sleep(20);
  const ended = stop();
  expect((JSON.parse(String((await running).stdout)) as { text: string }).text.length).toBeGreaterThan(100);
  expect(await ended).toBe(0);
});

it('call models by other names', async () => {
  const { address, stop } = await started(lines[2]!);
  const { data } = (await (await fetch(`${address}/v1/models`)).json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual(['it', 'whisper-1']);
  expect(await stop()).toBe(0);
});

it('ask other machines for a token', async () => {
  const refused = await shell(lines[4]!.replace(/ --token-file .*/, ''));
  expect([refused.exitCode, String(refused.stderr)]).toEqual([2, expect.stringContaining('ISOGLOSS_TOKEN')]);
  await writeFile(path.join(folder, 'token.txt'), 'short');
  expect((await shell(lines[4]!)).exitCode).toBe(2);
  await shell(lines[3]!);
  const { address, stop } = await started(lines[4]!);
  expect((await fetch(`${address}/v1/models`)).status).toBe(401);
  const token = (await readFile(path.join(folder, 'token.txt'), 'utf8')).trim();
  expect((await fetch(`${address}/v1/models`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  expect(await stop()).toBe(0);
});
