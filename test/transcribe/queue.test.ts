import { execa, type ResultPromise } from 'execa';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import type { SetAside } from '../../src/support/errors.ts';
import { Batch, work } from '../../src/transcribe/index.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

const RECORDINGS = 40;
const STALLED_AFTER = 1500;
const hasRedis = await execa('redis-server', ['--version']).then(
  () => true,
  () => false,
);
if (!hasRedis) console.warn('no redis-server is installed: the queue is not tested');

let folder: string;
let model: string;
let port: number;
let server: ResultPromise;
let wanted: Map<string, string>;
const url = (): string => `redis://127.0.0.1:${port}`;

async function freePort(): Promise<number> {
  const listening = createServer();
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port: free } = listening.address() as AddressInfo;
  await new Promise((resolve) => listening.close(resolve));
  return free;
}

async function startServer(): Promise<void> {
  const args = ['--port', String(port), '--dir', folder, '--appendonly', 'yes', '--bind', '127.0.0.1'];
  server = execa('redis-server', args, { reject: false });
  for (let i = 0; i < 100; i++) {
    if ((await execa('redis-cli', ['-p', String(port), 'ping'], { reject: false })).stdout === 'PONG') return;
    await sleep(50);
  }
}

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

async function transcribe(out: string, queue?: string, signal?: AbortSignal): Promise<SetAside[]> {
  const options = { formats: ['srt', 'jsonl'] as const, out: path.join(folder, out), queue, signal };
  const batch = await Batch.open(model, [path.join(folder, 'archive')], options);
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
      await writeWav(path.join(folder, 'archive', `${i}.wav`), speechlike(1 + (i % 5), i + 1));
    await writeFile(path.join(folder, 'archive/broken.wav'), 'no sound');
    port = await freePort();
    await startServer();
    await transcribe('here');
    wanted = await textsIn('here');
  });

  afterAll(async () => {
    server.kill('SIGKILL');
    await server;
    await rm(folder, { recursive: true, force: true });
  });

  it('one worker is killed in mid-job, one is away too long, the server starts anew: the same texts, each once', async () => {
    const workers = [worker(), worker(), worker()];
    const [killed, paused] = workers;
    const first = new Promise((resolve) => killed!.stdout!.once('data', resolve));
    const done = transcribe('there', url());
    await first;
    killed!.kill('SIGKILL');
    paused!.kill('SIGSTOP');
    server.kill('SIGTERM');
    await server;
    await startServer();
    await sleep(2 * STALLED_AFTER);
    paused!.kill('SIGCONT');
    const setAside = await done;
    expect(setAside.map(({ item }) => path.basename(item))).toEqual(['broken.wav']);
    expect(await textsIn('there')).toEqual(wanted);
    const journal = await readFile(path.join(folder, 'there/isogloss-journal.jsonl'), 'utf8');
    expect(journal.match(/"state":"done"/g)).toHaveLength(RECORDINGS);
    for (const one of workers) one.kill('SIGKILL');
    await Promise.all(workers);
  }, 120_000);

  it('a batch that is stopped takes back what nobody has begun; a worker that is stopped ends what it has', async () => {
    const stopper = new AbortController();
    const stopped = transcribe('again', url(), stopper.signal).catch((error: unknown) => error);
    const keys = async (): Promise<string> =>
      (await execa('redis-cli', ['-p', String(port), '--scan', '--pattern', 'bull:*:????????????????????????????????']))
        .stdout;
    while ((await keys()) === '') await sleep(20);
    stopper.abort(new Error('enough'));
    expect(await stopped).toMatchObject({ message: 'enough' });
    expect(await keys()).toBe('');
    const leaving = new AbortController();
    const leaves = work(url(), model, { device: 'cpu', threads: 1, signal: leaving.signal });
    await transcribe('again', url());
    leaving.abort();
    await leaves;
    expect(await textsIn('again')).toEqual(wanted);
  }, 120_000);

  it('an address where no server is, is told', async () => {
    await expect(transcribe('nowhere', `redis://user:secret@127.0.0.1:${await freePort()}`)).rejects.toThrow(
      /^no Redis at redis:\/\/…@127/,
    );
  });
});
