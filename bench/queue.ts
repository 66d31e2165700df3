/**
 * A batch by a queue beside the same batch in one process: `npx tsx bench/queue.ts`. First what the queue itself costs
 * for a one-second recording, with a network that costs next to nothing, and one worker; then, with the embedded encoder,
 * two workers with a thread each beside one process with two. Server, workers and who submits share the processors: their
 * CPU seconds are added, which a busy machine tells nearly the same. Linux only.
 */
import { execa } from 'execa';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWav } from '../src/audio/wav.ts';
import { Batch } from '../src/transcribe/index.ts';
import { smallModel, speechlike } from '../test/model/small-model.ts';
import { startRedis } from '../test/transcribe/redis.ts';

const THREADS = 2;
const ROUNDS = 3;
const SHORT = 600;
const SPOKEN = 60;

const folder = await mkdtemp(path.join(tmpdir(), 'bench-queue-'));
const server = await startRedis(folder);

const short = await archiveOf(SHORT, () => 1);
const quick = await measured(await smallModel({ encoder: 'tiny', layers: [2] }), short, [THREADS]);
const cost = (1000 * (quick.queue.cpu - quick.here.cpu)) / SHORT;
console.log(
  `${SHORT} recordings of a second: ${told(quick)}; the queue costs ${cost.toFixed(2)} ms of CPU a recording`,
);

const spoken = await archiveOf(SPOKEN, (i) => 1 + (i % 14) / 2);
const layers = [0, 1, 2, 3, 4];
const real = await smallModel({ encoder: 'embedded', layers, head: { kind: 'mlp', dims: 256 } });
const shared = await measured(real, spoken, [1, 1]);
console.log(
  `${SPOKEN} recordings, two workers of one thread beside one process of two: ${told(shared)}; ` +
    `${(shared.here.cpu / shared.queue.cpu).toFixed(2)} × the sound in a CPU second`,
);

await server.stop();
await rm(folder, { recursive: true });

async function archiveOf(count: number, seconds: (i: number) => number): Promise<string> {
  const archive = path.join(folder, `archive-${count}`);
  for (let i = 0; i < count; i++) await writeWav(path.join(archive, `${i}.wav`), speechlike(seconds(i), i + 1));
  return archive;
}

/** Medians of rounds that take turns, after one that isn't counted. @param workers threads of each */
async function measured(model: string, archive: string, workers: readonly number[]): Promise<Both> {
  const running = workers.map((threads) =>
    execa('node', ['bin/run.js', 'worker', server.url, model, '--device', 'cpu', '--threads', String(threads)], {
      reject: false,
    }),
  );
  while ((await server.ask('client', 'list')).split('cmd=bzpopmin').length - 1 < workers.length) await sleep(100);
  const pids = ['self', ...running.map(({ pid }) => String(pid))];
  const [here, queue]: [Taken[], Taken[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    here.push(await taken(pids, model, archive));
    queue.push(await taken(pids, model, archive, server.url));
  }
  for (const one of running) one.kill('SIGKILL');
  await Promise.all(running);
  return { here: medians(here.slice(1)), queue: medians(queue.slice(1)) };
}

interface Both {
  here: Taken;
  queue: Taken;
}

/** Seconds. */
interface Taken {
  wall: number;
  cpu: number;
}

/** By a batch from files to files, without the loading of the model. */
async function taken(pids: readonly string[], model: string, archive: string, queue?: string): Promise<Taken> {
  const out = path.join(folder, 'out');
  const batch = await Batch.open(model, [archive], { formats: ['srt'], out, queue, device: 'cpu', threads: THREADS });
  const plan = await batch.plan();
  // Loads the model.
  if (queue === undefined) await batch.estimate({ ...plan, jobs: plan.jobs.slice(0, 1) });
  const since = await cpuSeconds(pids);
  for await (const item of batch.run(plan)) if ('reason' in item) throw new Error(item.reason);
  const cpu = (await cpuSeconds(pids)) - since;
  await batch.close();
  await rm(out, { recursive: true });
  return { wall: batch.summary.elapsed, cpu };
}

/** Of processes with their threads and those that they have started, and of the server. */
async function cpuSeconds(pids: readonly string[]): Promise<number> {
  const ticks = await Promise.all(
    pids.map(async (pid) => {
      const [, fields] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ');
      return fields!.split(' ').slice(11, 15).map(Number);
    }),
  );
  const redis = [...(await server.ask('info', 'cpu')).matchAll(/^used_cpu_(?:sys|user):(\S+)/gm)];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return sum(ticks.flat()) / 100 + sum(redis.map(([, seconds]) => Number(seconds)));
}

function told({ here, queue }: Both): string {
  const words = ({ cpu, wall }: Taken): string => `${cpu.toFixed(2)} CPU seconds (${wall.toFixed(2)} s)`;
  return `${words(queue)} by the queue, ${words(here)} in one process`;
}

function medians(all: readonly Taken[]): Taken {
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
  return { wall: median(all.map(({ wall }) => wall)), cpu: median(all.map(({ cpu }) => cpu)) };
}
