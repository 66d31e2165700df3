/** @module-tag slow */
import { Worker } from 'bullmq';
import { execa, type ResultPromise } from 'execa';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import type { SetAside } from '../../src/support/errors.ts';
import { modelHash } from '../../src/model/hash.ts';
import { readModel } from '../../src/model/read-model.ts';
import { onNotice } from '../../src/support/notices.ts';
import { identityOf } from '../../src/transcribe/batch/identity.ts';
import { Batch, transcribe, work, type Priority } from '../../src/transcribe/index.ts';
import { connected } from '../../src/queue/connection.ts';
import { SentSound } from '../../src/transcribe/queue/sent-sound.ts';
import { transcribedByQueue } from '../../src/transcribe/queue/submit.ts';
import { soundBy } from '../../src/transcribe/queue/job.ts';
import { smallModel, speechlike } from '../model/small-model.ts';
import { freePort, hasRedis, startRedis, type TestRedis } from './redis.ts';

/** Enough for some to go together. */
const RECORDINGS = 160;
const STALLED_AFTER = 1500;

let folder: string;
let model: string;
let server: TestRedis;
let wanted: Map<string, string>;
const url = (): string => server.url;

/** Another machine, as far as the queue can tell. */
const worker = (): ResultPromise =>
  execa(
    'node',
    [
      '--input-type=module',
      '--eval',
      `import { work } from './dist/transcribe/index.js';
       await work('${url()}', '${model}', { device: 'cpu', threads: 1, stalledAfter: ${STALLED_AFTER},
         onDone: () => console.log('done') });`,
    ],
    { reject: false },
  );

async function batchOf(
  out: string,
  queue?: string,
  {
    archive = 'archive',
    ...options
  }: { signal?: AbortSignal; priority?: Priority; archive?: string; send?: boolean } = {},
): Promise<SetAside[]> {
  const all = { formats: ['srt', 'jsonl'] as const, out: path.join(folder, out), queue, ...options };
  const batch = await Batch.open(model, [path.join(folder, archive)], all);
  const setAside: SetAside[] = [];
  try {
    for await (const item of batch.run(await batch.plan())) if ('reason' in item) setAside.push(item);
    return setAside;
  } finally {
    await batch.close();
  }
}

async function textsIn(out: string): Promise<Map<string, string>> {
  const names = (await readdir(path.join(folder, out))).filter((name) => /\.(srt|jsonl)$/.test(name)).sort();
  const files = names.filter((name) => !name.startsWith('isogloss-journal'));
  return new Map(
    await Promise.all(
      files.map(async (name) => [name, await readFile(path.join(folder, out, name), 'utf8')] as [string, string]),
    ),
  );
}

describe.skipIf(!hasRedis)('a queue on a real server', () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'queue-'));
    model = await smallModel({ encoder: 'tiny', layers: [2] });
    await mkdir(path.join(folder, 'archive'));
    for (let i = 0; i < RECORDINGS; i++)
      await writeWav(path.join(folder, 'archive', `${i}.wav`), speechlike(1 + (i % 3), i + 1));
    await writeFile(path.join(folder, 'archive/broken.wav'), 'no sound');
    server = await startRedis(folder);
    await batchOf('here');
    wanted = await textsIn('here');
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('one worker is killed in mid-job, one is away too long, the server starts anew: the same texts, each once', async () => {
    const workers = [worker(), worker(), worker()];
    const [killed, paused] = workers;
    const first = new Promise((resolve) => killed!.stdout!.once('data', resolve));
    const done = batchOf('there', url());
    await first;
    killed!.kill('SIGKILL');
    paused!.kill('SIGSTOP');
    await server.stop('SIGTERM');
    server = await startRedis(folder, Number(new URL(url()).port));
    await sleep(2 * STALLED_AFTER);
    paused!.kill('SIGCONT');
    const setAside = await done;
    expect(setAside.map(({ item }) => path.basename(item))).toEqual(['broken.wav']);
    expect(await textsIn('there')).toEqual(wanted);
    const journal = await readFile(path.join(folder, 'there/isogloss-journal.jsonl'), 'utf8');
    expect(journal.match(/"state":"done"/g)).toHaveLength(RECORDINGS);
    for (const one of workers) one.kill('SIGKILL');
    await Promise.all(workers);
  }, 300_000);

  it('a batch that is stopped takes back what nobody has begun; a worker that is stopped ends what it has', async () => {
    const stopper = new AbortController();
    const stopped = batchOf('again', url(), { signal: stopper.signal }).catch((error: unknown) => error);
    const keys = (): Promise<string> => server.ask('--scan', '--pattern', 'bull:*:????????????????????????????????');
    while ((await keys()) === '') await sleep(20);
    stopper.abort(new Error('enough'));
    expect(await stopped).toMatchObject({ message: 'enough' });
    expect(await keys()).toBe('');
    const leaving = new AbortController();
    const leaves = work(url(), model, { device: 'cpu', threads: 1, signal: leaving.signal });
    await batchOf('again', url());
    leaving.abort();
    await leaves;
    expect(await textsIn('again')).toEqual(wanted);
  }, 300_000);

  it('of two batches, the one with the higher priority is done first; without a worker, that is said', async () => {
    const said: string[] = [];
    const unlisten = onNotice((text) => said.push(text));
    const waiting = async (): Promise<number> =>
      (await server.ask('--scan', '--pattern', 'bull:*:????????????????????????????????')).split('\n').length;
    const order: string[] = [];
    const low = batchOf('low', url(), { priority: 'low' }).then(() => order.push('low'));
    while ((await waiting()) < 20) await sleep(20);
    const before = await waiting();
    await mkdir(path.join(folder, 'urgent'));
    await writeWav(path.join(folder, 'urgent/new.wav'), speechlike(1, 99));
    const high = batchOf('high', url(), { priority: 'high', archive: 'urgent' }).then(() => order.push('high'));
    while ((await waiting()) === before || said.length === 0) await sleep(20);
    unlisten();
    expect(said).toEqual([expect.stringContaining(`isogloss worker ${url()} MODEL`)]);
    const leaving = new AbortController();
    let ready = '';
    const onReady = (name: string): void => void (ready = name);
    const heard: string[] = [];
    const worked = work(url(), model, {
      ...{ device: 'cpu', threads: 1, signal: leaving.signal, onReady },
      onDone: (item) => heard.push('file' in item ? path.basename(item.file) : ''),
    });
    await Promise.all([low, high]);
    leaving.abort();
    expect(await worked).toMatchObject({ recordings: RECORDINGS + 1, setAside: 1 });
    expect(ready).not.toBe('');
    expect(order).toEqual(['high', 'low']);
    expect(heard.indexOf('new.wav')).toBeLessThan(10);
    expect(await textsIn('low')).toEqual(wanted);
  }, 300_000);

  it('what workers fail on is set aside by itself, and what went together with it is done', async () => {
    const name = (await server.ask('--scan', '--pattern', 'bull:*:meta')).split(':')[1]!;
    const failing = new Worker(
      name,
      ({ data }: { data: { recordings: string[] } }) => {
        if (data.recordings.some((recording) => recording.endsWith('/7.wav'))) throw new Error('no memory');
        return Promise.resolve(data.recordings.map((file) => ({ file, text: 'ja', seconds: 1, segments: [] })));
      },
      { connection: { url: url() } },
    );
    const setAside = await batchOf('failing', url());
    await failing.close();
    expect(setAside.map(({ item, reason }) => [path.basename(item), reason])).toEqual([
      ['7.wav', 'the workers failed: no memory'],
    ]);
    expect((await textsIn('failing')).size).toBe(2 * RECORDINGS);
  }, 300_000);

  it('recordings are sent to workers that don’t see them, and nothing of them stays on the server', async () => {
    const by = soundBy(await modelHash(await readModel(model)), {});
    const [one, other] = [path.join(folder, 'unseen'), path.join(folder, 'moved')];
    for (let i = 0; i < 3; i++) await writeWav(path.join(one, `${i}.wav`), speechlike(1 + i, i + 1));
    await copyFile(path.join(one, '0.wav'), path.join(one, '3.wav'));
    const jobs = await Promise.all(
      [0, 1, 2, 3].map(async (i) => {
        const recording = path.join(one, `${i}.wav`);
        return { recording, input: await identityOf(recording), targets: [] };
      }),
    );
    const heardBy = async (options: { send?: boolean }): Promise<string[]> => {
      const said: string[] = [];
      for await (const { item } of transcribedByQueue(url(), by, jobs, options))
        said.push('text' in item ? item.text : item.reason);
      return said;
    };
    const sent = heardBy({ send: true });
    const keys = async (): Promise<string[]> =>
      (await server.ask('--scan', '--pattern', 'isogloss-sound:*')).split('\n').filter(Boolean);
    const waiting = (): Promise<string> => server.ask('zcard', `bull:isogloss-${by}:prioritized`);
    while ((await waiting()) !== '4') await sleep(20);
    expect(await keys(), 'what is there twice is sent once').toHaveLength(3);
    await rename(one, other);
    const leaving = new AbortController();
    const worked = work(url(), model, { device: 'cpu', threads: 1, signal: leaving.signal });
    const texts: string[] = [];
    for await (const item of transcribe(model, [other])) texts.push('text' in item ? item.text : item.reason);
    expect(await sent).toEqual(texts);
    expect(await keys()).toEqual([]);
    expect(await heardBy({})).toEqual(
      jobs.map(({ recording }): unknown => expect.stringContaining(`see ${recording}: let it`)),
    );
    leaving.abort();
    expect(await worked).toMatchObject({ recordings: 4 });
  }, 300_000);

  it('what is sent already is not sent again, and stays there as long as anybody wants it', async () => {
    const client = await connected(url());
    const recording = path.join(folder, 'archive/2.wav');
    const input = await identityOf(recording);
    const received = async (): Promise<number> =>
      Number(/total_net_input_bytes:(\d+)/.exec(await server.ask('info', 'stats'))![1]);
    const keys = async (): Promise<string[]> => client.keys('isogloss-sound*');
    const [one, other] = [new SentSound(client), new SentSound(client)];
    const pieces = await one.put({ id: 'one', jobs: [{ recording, input, targets: [] }] });
    const before = await received();
    expect(await other.put({ id: 'other', jobs: [{ recording, input, targets: [] }] })).toEqual(pieces);
    expect((await received()) - before).toBeLessThan(input.bytes / 10);
    await one.dropAll();
    expect(await keys()).toHaveLength(2);
    await other.dropAll();
    expect(await keys()).toEqual([]);
    client.disconnect();
  });

  it('an address where no server is, is told', async () => {
    await expect(batchOf('nowhere', `redis://user:secret@127.0.0.1:${await freePort()}`)).rejects.toThrow(
      /^no Redis at redis:\/\/…@127/,
    );
  });
});
