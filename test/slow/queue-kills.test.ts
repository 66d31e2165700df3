import { execa, type ResultPromise } from 'execa';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { smallModel, speechlike } from '../model/small-model.ts';
import { hasRedis, startRedis } from '../transcribe/redis.ts';

const RECORDINGS = 400;
/** Recordings that are done when all that submits, and a worker, is killed. */
const KILLED_AT = [40, 150, 280];

it.skipIf(!hasRedis)('who submits and a worker are killed again and again: every recording is done once', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'queue-kills-'));
  const [model, archive] = [await smallModel({ encoder: 'tiny', layers: [2] }), path.join(folder, 'archive')];
  for (let i = 0; i < RECORDINGS; i++) await writeWav(path.join(archive, `${i}.wav`), speechlike(1 + (i % 3), i + 1));
  const server = await startRedis(folder);
  const isogloss = (...args: string[]): ResultPromise => execa('node', ['bin/run.js', ...args], { reject: false });
  const transcribe = (out: string, ...args: string[]): ResultPromise =>
    isogloss('transcribe', model, archive, '--format', 'srt', '--out', path.join(folder, out), ...args);
  const worker = (): ResultPromise => isogloss('worker', server.url, model, '--device', 'cpu', '--threads', '1');
  const done = async (out: string): Promise<string[]> => {
    const journal = await readFile(path.join(folder, out, 'isogloss-journal.jsonl'), 'utf8').catch(() => '');
    return [...journal.matchAll(/"state":"done","recording":"([^"]+)"/g)].map(([, recording]) => recording!);
  };
  const texts = async (out: string): Promise<string[]> => {
    const names = (await readdir(path.join(folder, out))).filter((name) => name.endsWith('.srt')).sort();
    return Promise.all(names.map(async (name) => `${name}\n${await readFile(path.join(folder, out, name), 'utf8')}`));
  };

  const workers = [worker(), worker()];
  for (const count of KILLED_AT) {
    const submitting = transcribe('there', '--queue', server.url);
    while ((await done('there')).length < count) await sleep(20);
    submitting.kill('SIGKILL');
    workers[0]!.kill('SIGKILL');
    await Promise.all([submitting, workers.shift()]);
    workers.push(worker());
  }
  const { exitCode, stderr } = await transcribe('there', '--queue', server.url);
  expect(exitCode, String(stderr)).toBe(0);
  for (const one of workers) one.kill('SIGKILL');
  await Promise.all(workers);
  await server.stop();

  const all = await done('there');
  expect([all.length, new Set(all).size]).toEqual([RECORDINGS, RECORDINGS]);
  await transcribe('here');
  const [there, here] = [await texts('there'), await texts('here')];
  expect(there).toHaveLength(RECORDINGS);
  expect(there).toEqual(here);
});
