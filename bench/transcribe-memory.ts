/**
 * How much memory `isogloss transcribe` takes (VmRSS in /proc, so Linux only; ffmpeg's is not in it), from a corpus's recordings repeated:
 *
 *     npx tsx bench/transcribe-memory.ts MODEL CORPUS docs/pictures/transcribe-memory.svg damaged=10000 hours=10 files=100000
 *
 * `files` of one second each; `damaged` the same with every hundredth cut off, which has to be set aside while the rest is done; one file of
 * so many `hours`. The picture is drawn anew after each.
 */
import { execa } from 'execa';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeAudio } from '../src/audio/decode.ts';
import { joined } from '../src/audio/join.ts';
import { SAMPLE_RATE } from '../src/audio/sample-rate.ts';
import { loadManifest } from '../src/corpus/index.ts';
import { memoryPicture, type Curve } from './memory-picture.ts';

const SAMPLE_EVERY_MS = 250;
/** One of so many is damaged. */
const DAMAGED = 100;
/** Of the corpus, what is repeated: three minutes or so. */
const MOST_RECORDINGS = 60;

const [model, corpus, picture, ...scenes] = process.argv.slice(2);
if (model === undefined || corpus === undefined || picture === undefined || scenes.length === 0)
  throw new Error('npx tsx bench/transcribe-memory.ts MODEL CORPUS PICTURE.svg damaged=10000 hours=10 files=100000');

const recordings: Float32Array[] = [];
for (const { audio } of (await loadManifest(corpus)).slice(0, MOST_RECORDINGS))
  recordings.push(await decodeAudio(path.join(corpus, audio)));
const curves: Curve[] = [];
for (const scene of scenes) {
  const [kind, count] = [scene.split('=')[0]!, Number(scene.split('=')[1])];
  const folder = await mkdtemp(path.join(tmpdir(), 'transcribe-memory-'));
  const name = await make(kind, count, folder);
  const { samples, exitCode, seconds, done, failed } = await transcribed(folder);
  curves.push({ name, samples });
  const [peak, middle] = [Math.max(...samples), samples[samples.length >> 1]!];
  console.log(
    `${name}: exit code ${exitCode}, ${done} done, ${failed} set aside, ${seconds.toFixed(0)} s; ` +
      `peak ${peak.toFixed(0)} MB, halfway ${middle.toFixed(0)} MB, at the end ${samples.at(-1)!.toFixed(0)} MB`,
  );
  await mkdir(path.dirname(picture), { recursive: true });
  await writeFile(picture, memoryPicture(curves));
  await rm(folder, { recursive: true });
}

/** @returns what it is called */
async function make(kind: string, count: number, folder: string): Promise<string> {
  if (kind === 'hours') {
    await writeLong(path.join(folder, 'long.wav'), count * 3600);
    return `one file of ${count} hours`;
  }
  const all = joined(recordings);
  for (let i = 0; i < count; i++) {
    const from = (i * SAMPLE_RATE) % (all.length - SAMPLE_RATE);
    // Folders as archives have them.
    const file = path.join(folder, String(Math.floor(i / 1000)), `${i}.wav`);
    const [header, sound] = [wavHeader(SAMPLE_RATE), bytesOf(all.subarray(from, from + SAMPLE_RATE))];
    const cut = kind === 'damaged' && i % DAMAGED === DAMAGED - 1;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, Buffer.concat([header, cut ? sound.subarray(SAMPLE_RATE) : sound]));
  }
  return `${count} files of a second${kind === 'damaged' ? ', one of a hundred damaged' : ''}`;
}

/** The recordings over and over, with half a second between them. */
async function writeLong(file: string, seconds: number): Promise<void> {
  const total = Math.round(seconds * SAMPLE_RATE);
  const out = createWriteStream(file);
  await write(out, wavHeader(total));
  const pause = new Float32Array(SAMPLE_RATE / 2);
  for (let written = 0, i = 0; written < total; i++) {
    const part = (i % 2 ? pause : recordings[(i / 2) % recordings.length]!).subarray(0, total - written);
    await write(out, bytesOf(part));
    written += part.length;
  }
  out.end();
  await once(out, 'finish');
}

function bytesOf(samples: Float32Array): Buffer {
  return Buffer.from(Int16Array.from(samples, (x) => x * 32767).buffer);
}

async function write(out: WriteStream, bytes: Uint8Array): Promise<void> {
  if (!out.write(bytes)) await once(out, 'drain');
}

function wavHeader(samples: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + 2 * samples, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(2 * SAMPLE_RATE, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(2 * samples, 40);
  return header;
}

interface Outcome {
  /** MB, at equal times. */
  samples: number[];
  exitCode: number | undefined;
  seconds: number;
  done: number;
  failed: number;
}

async function transcribed(folder: string): Promise<Outcome> {
  const out = path.join(folder, 'out');
  const since = performance.now();
  const journal = path.join(folder, 'journal');
  const what = [path.resolve('bin/run.js'), 'transcribe', path.resolve(model!), folder];
  const child = execa('node', [...what, '--format', 'srt', '--out', out, '--journal', journal], {
    stdout: 'ignore',
    stderr: 'ignore',
    reject: false,
  });
  const samples: number[] = [];
  const ended = new AbortController();
  void child.finally(() => ended.abort());
  while (!ended.signal.aborted) {
    const status = await readFile(`/proc/${child.pid!}/status`, 'utf8').catch(() => '');
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(status) ?? [];
    if (kilobytes !== undefined) samples.push((Number(kilobytes) * 1024) / 1e6);
    await sleep(SAMPLE_EVERY_MS, undefined, { signal: ended.signal }).catch(() => {});
  }
  const { exitCode } = await child;
  const seconds = (performance.now() - since) / 1000;
  const states = (await readFile(journal, 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => /"state":"(\w+)"/.exec(line)?.[1]);
  const count = (state: string): number => states.filter((one) => one === state).length;
  return { samples, exitCode, seconds, done: count('done'), failed: count('failed') };
}
