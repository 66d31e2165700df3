/**
 * `isogloss serve` under load: `npx tsx bench/serve.ts MODEL CORPUS [REQUESTS]`. Sixteen clients send the corpus's recordings one after the other, each the
 * next when it has its answer. How long they wait; how much sound a second is transcribed, and at what cost of the processors beside the
 * network alone on the same sound (CPU seconds, so that a busy machine tells nearly the same; ffmpeg's are not among them); and the
 * service's memory on the way. At last twice as many clients as it takes: who is refused, and how fast.
 */
import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeAudio } from '../src/audio/decode.ts';
import { loadManifest } from '../src/corpus/index.ts';
import { Model } from '../src/transcribe/index.ts';

const CLIENTS = 16;
const LEAST_SECONDS = 1;
const MOST_RECORDINGS = 200;

interface Clip {
  file: string;
  bytes: Uint8Array<ArrayBuffer>;
  seconds: number;
}

const [model, corpus, count = '1000'] = process.argv.slice(2);
if (model === undefined || corpus === undefined) throw new Error('npx tsx bench/serve.ts MODEL CORPUS [REQUESTS]');

const clips = await clipsOf(corpus);
const alone = await networkAlone(model, clips);
const service = execa('node', ['bin/run.js', 'serve', model, '--port', '0', '--max-requests', String(CLIENTS)]);
const address = await new Promise<string>((resolve) =>
  service.stdout.on('data', (chunk: Buffer) => resolve(/http:\S+/.exec(String(chunk))![0])),
);

await load(50, CLIENTS);
const [before, cpuBefore] = [await memory(), await metric('process_cpu_seconds_total')];
const { waits, statuses, seconds, wall } = await load(Number(count), CLIENTS, async (done) => {
  if (done % Math.ceil(Number(count) / 10) === 0) console.log(`${done} requests: ${(await memory()).toFixed(0)} MB`);
});
console.log(
  `${JSON.stringify(statuses)}; wait: median ${at(waits, 0.5)} ms, p95 ${at(waits, 0.95)} ms, p99 ${at(waits, 0.99)} ms`,
);
console.log(
  `${(waits.length / wall).toFixed(1)} requests a second; ${(seconds / wall).toFixed(0)} × real time; the network alone, one by one: ${alone.wall.toFixed(0)} ×`,
);
const cpu = (await metric('process_cpu_seconds_total')) - cpuBefore;
console.log(`sound in a CPU second: ${(seconds / cpu).toFixed(1)} s; the network alone: ${alone.cpu.toFixed(1)} s`);
console.log(`memory: ${before.toFixed(0)} MB after 50 requests, ${(await memory()).toFixed(0)} MB after ${count} more`);
const over = await load(400, 2 * CLIENTS);
console.log(`${2 * CLIENTS} clients: ${JSON.stringify(over.statuses)}`);
service.kill('SIGTERM');
await service;

async function clipsOf(folder: string): Promise<Clip[]> {
  const utterances = (await loadManifest(folder)).filter(({ duration }) => (duration ?? 0) >= LEAST_SECONDS);
  return Promise.all(
    utterances.slice(0, MOST_RECORDINGS).map(async ({ audio, duration }) => ({
      file: path.join(folder, audio),
      bytes: new Uint8Array(await readFile(path.join(folder, audio))),
      seconds: duration!,
    })),
  );
}

/** Seconds of sound in a second, and in one of a processor: no decoding of files, no text. */
async function networkAlone(name: string, sounds: readonly Clip[]): Promise<{ wall: number; cpu: number }> {
  const network = await Model.load(name, { device: 'cpu' });
  const samples = await Promise.all(sounds.slice(0, 100).map((clip) => decodeAudio(clip.file)));
  await network.logits(samples.slice(0, 1));
  const [since, cpuSince] = [performance.now(), process.cpuUsage()];
  for (const one of samples) await network.logits([one]);
  const { user, system } = process.cpuUsage(cpuSince);
  const took = (performance.now() - since) / 1000;
  await network.release();
  const sound = samples.reduce((sum, one) => sum + one.length / 16_000, 0);
  return { wall: sound / took, cpu: (1e6 * sound) / (user + system) };
}

/** So many requests by so many clients. */
async function load(
  requests: number,
  clients: number,
  onDone: (done: number) => Promise<void> = () => Promise.resolve(),
): Promise<{ waits: number[]; statuses: Record<string, number>; seconds: number; wall: number }> {
  const [waits, statuses]: [number[], Record<string, number>] = [[], {}];
  let [next, done, seconds] = [0, 0, 0];
  const since = performance.now();
  const client = async (): Promise<void> => {
    while (next < requests) {
      const clip = clips[next++ % clips.length]!;
      const sent = performance.now();
      const form = new FormData();
      form.append('file', new Blob([clip.bytes]), path.basename(clip.file));
      const response = await fetch(`${address}/v1/audio/transcriptions`, { method: 'POST', body: form });
      await response.text();
      waits.push(performance.now() - sent);
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      if (response.ok) seconds += clip.seconds;
      await onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { waits: waits.sort((a, b) => a - b), statuses, seconds, wall: (performance.now() - since) / 1000 };
}

function at(sorted: readonly number[], share: number): string {
  return sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(0);
}

/** MB of the service, as its own metrics say. */
async function memory(): Promise<number> {
  return (await metric('process_resident_memory_bytes')) / 1e6;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)![1]);
}
