/** @module-tag slow */
import { execa, type ResultPromise } from 'execa';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { smallModel, speechlike } from '../model/small-model.ts';
import { hasRedis, startRedis, type TestRedis } from '../transcribe/redis.ts';

const RECORDINGS = 400;
/** Milliseconds. */
const STALLED_AFTER = 1500;

let folder: string;
let model: string;
let archive: string;
let server: TestRedis;
let running: ResultPromise[] = [];

function started(child: ResultPromise): ResultPromise {
  running.push(child);
  return child;
}

const transcribe = (out: string, ...args: string[]): ResultPromise =>
  started(
    execa(
      'node',
      ['bin/run.js', 'transcribe', model, archive, '--format', 'srt', '--out', path.join(folder, out), ...args],
      { reject: false },
    ),
  );

/** Another machine, as far as the queue can tell. */
const worker = (): ResultPromise =>
  started(
    execa(
      'node',
      [
        '--input-type=module',
        '--eval',
        `import { work } from './dist/transcribe/index.js';
         await work('${server.url}', '${model}', { device: 'cpu', threads: 1, stalledAfter: ${STALLED_AFTER} });`,
      ],
      { reject: false },
    ),
  );

async function done(out: string): Promise<string[]> {
  const journal = await readFile(path.join(folder, out, 'isogloss-journal.jsonl'), 'utf8').catch(() => '');
  return [...journal.matchAll(/"state":"done","recording":"([^"]+)"/g)].map(([, recording]) => recording!);
}

async function texts(out: string): Promise<string[]> {
  const names = (await readdir(path.join(folder, out))).filter((name) => name.endsWith('.srt')).sort();
  return Promise.all(names.map(async (name) => `${name}\n${await readFile(path.join(folder, out, name), 'utf8')}`));
}

async function expectAllOnce(out: string): Promise<void> {
  const all = await done(out);
  expect([all.length, new Set(all).size]).toEqual([RECORDINGS, RECORDINGS]);
  const written = await texts(out);
  expect(written).toHaveLength(RECORDINGS);
  expect(written).toEqual(await texts('here'));
}

async function until(out: string, count: number): Promise<void> {
  while ((await done(out)).length < count) await sleep(20);
}

/** Kills it, and starts one at the same address. @param kept what the new one has of what was in it */
async function serverAnew(kept: 'all' | 'nothing'): Promise<void> {
  await server.stop('SIGKILL');
  const data = path.join(folder, 'redis');
  if (kept === 'nothing') await rm(data, { recursive: true });
  await mkdir(data, { recursive: true });
  server = await startRedis(data, Number(new URL(server.url).port));
}

describe.skipIf(!hasRedis)('a queue on a real server', () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'queue-kills-'));
    archive = path.join(folder, 'archive');
    model = await smallModel({ encoder: 'tiny', layers: [2] });
    for (let i = 0; i < RECORDINGS; i++) await writeWav(path.join(archive, `${i}.wav`), speechlike(1 + (i % 3), i + 1));
    await mkdir(path.join(folder, 'redis'));
    server = await startRedis(path.join(folder, 'redis'));
    await transcribe('here');
  });

  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(running);
    running = [];
  });

  it('who submits and a worker are killed again and again: every recording is done once', async () => {
    const workers = [worker(), worker()];
    for (const count of [40, 150, 280]) {
      const submitting = transcribe('again', '--queue', server.url);
      await until('again', count);
      submitting.kill('SIGKILL');
      workers.shift()!.kill('SIGKILL');
      await submitting;
      workers.push(worker());
    }
    const { exitCode, stderr } = await transcribe('again', '--queue', server.url);
    expect(exitCode, String(stderr)).toBe(0);
    await expectAllOnce('again');
  });

  it('one worker is killed, one is away too long, the server is killed and loses all: every recording is done once', async () => {
    const [killed, paused] = [worker(), worker(), worker()];
    const submitting = transcribe('there', '--queue', server.url);
    await until('there', 40);
    killed.kill('SIGKILL');
    paused.kill('SIGSTOP');
    await serverAnew('all');
    await until('there', 150);
    await serverAnew('nothing');
    await sleep(2 * STALLED_AFTER);
    paused.kill('SIGCONT');
    const { exitCode, stderr } = await submitting;
    expect(exitCode, String(stderr)).toBe(0);
    await expectAllOnce('there');
    await server.stop();
  });
});
