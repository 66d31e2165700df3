import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import type { Precision } from '../src/onnx/graph/half-precision.ts';
import type { Device } from '../src/onnx/runtime/device-names.ts';
import { chooseMachine } from '../src/onnx/runtime/machine.ts';
import type { MemoryNeed } from '../src/onnx/training/memory.ts';
import { messageOf } from '../src/support/errors.ts';
import { sizeInWords } from '../src/support/memory.ts';
import { relativeError } from '../src/support/relative-error.ts';
import { SHAPES, writeMadeCheckpoint, type Shape } from './made-checkpoint.ts';

/*
 * To be run once by whoever has a GPU: npm run bench:device -- --device cuda
 * How fast features and training steps are on a device, in float32 and in float16, how much of a GPU's memory they take, and whether they give
 * what the CPU gives. With --python, PyTorch does the same work on the same device in the same run.
 */

/** The largest relative error, |a − b| / |b|, that counts as the same; CUDA rounds products to TF32. */
const TOLERANCE: Record<Precision, number> = { float32: 2e-3, float16: 5e-2 };
/** Compared: small, for the CPU computes it too. */
const COMPARED = { rows: 2, seconds: 2, numbers: 20_000 };

const { values: flags } = parseArgs({
  options: {
    device: { type: 'string' },
    /** Of embedded, xls-r-300m, mhubert-147, with commas. */
    encoders: { type: 'string', default: 'embedded' },
    /** Of features, head, a number of blocks at the top, adapters, all, with commas; `all+` computes what is inside a block once more. */
    what: { type: 'string', default: 'features,head,2,all' },
    precisions: { type: 'string', default: 'float32,float16' },
    /** Without the comparison with the CPU. */
    speed: { type: 'boolean', default: false },
    rows: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '8' },
    runs: { type: 'string', default: '3' },
    /** A Python that has torch and transformers. */
    python: { type: 'string' },
    /** What is left after so many is left out. */
    minutes: { type: 'string', default: '60' },
    /** Where checkpoints of random weights are made, or are already; else they are deleted in the end. */
    folder: { type: 'string' },
    /** Lines of JSON go there too. */
    out: { type: 'string' },
  },
});
const precisions = flags.precisions.split(',') as Precision[];
const startedAt = performance.now();
const isOver = (): boolean => performance.now() - startedAt > Number(flags.minutes) * 60_000;
const { device, fallback } = await chooseMachine({ device: flags.device as Device | undefined });
if (fallback !== undefined) console.log(`on the CPU: ${fallback}`);
const folder = flags.folder ?? (await mkdtemp(path.join(os.tmpdir(), 'isogloss-device-')));
let same = true;
try {
  for (const encoder of flags.encoders.split(',')) await compare(encoder);
} finally {
  if (flags.folder === undefined) await rm(folder, { recursive: true });
}
if (!same) {
  console.log(
    `\n${device} does not give what the CPU gives. On CUDA, TF32 is the usual reason: try again with NVIDIA_TF32_OVERRIDE=0.`,
  );
  process.exitCode = 1;
}

interface Case {
  device: Device;
  precision: Precision;
  encoder: string;
  what: string;
  rows: number;
  seconds: number;
  runs: number;
  numbers?: number;
}

async function compare(name: string): Promise<void> {
  const [rows, seconds, runs] = [flags.rows, flags.seconds, flags.runs].map(Number) as [number, number, number];
  const encoder = name in SHAPES ? await madeCheckpoint(name as Shape) : name;
  console.log(`\n${name} on ${device}, batches of ${rows} × ${seconds} s, the median of ${runs} runs\n`);
  const whats = flags.what.split(',');
  if (flags.python !== undefined) await torch(name, whats, { rows, seconds, runs });
  for (const what of whats.filter((one) => !flags.speed && (one === 'features' || one === '2'))) {
    if (isOver()) break;
    await compareNumbers({ device, precision: 'float32', encoder, what, runs: 0, ...COMPARED }, name);
  }
  for (const what of whats)
    for (const precision of precisions) {
      // The embedded encoder's features are float32 alone.
      if (name === 'embedded' && what === 'features' && precision === 'float16') continue;
      if (isOver()) return;
      await tell('isogloss', { device, precision, encoder, what, rows, seconds, runs }, name);
    }
}

async function madeCheckpoint(shape: Shape): Promise<string> {
  const file = path.join(folder, shape, 'model.safetensors');
  return existsSync(file) ? file : writeMadeCheckpoint(shape, path.join(folder, shape));
}

/** Whether a device gives what the CPU gives. */
async function compareNumbers(of: Case, name: string): Promise<void> {
  try {
    const { numbers: right } = await run({ ...of, device: 'cpu' });
    for (const precision of precisions) {
      if (name === 'embedded' && of.what === 'features' && precision === 'float16') continue;
      const { numbers } = await run({ ...of, precision });
      const error = relativeError(numbers, right);
      const isSame = error <= TOLERANCE[precision];
      same &&= isSame;
      note({ name, what: of.what, precision, error });
      console.log(
        `${of.what.padEnd(10)} ${precision.padEnd(9)} ${isSame ? 'the same' : 'NOT the same'}: relative error ${error.toExponential(1)} ${of.what === 'features' ? 'of features' : 'of gradients'}`,
      );
    }
  } catch (error) {
    failed(of, error);
  }
}

async function tell(who: string, of: Case, name: string): Promise<void> {
  try {
    const memory = watchMemory();
    const { milliseconds, parts, said } = await run(of).finally(() => memory.stop());
    line(who, of.what, of.precision, of, milliseconds, memory.most(), parts);
    if (said?.gpu !== undefined) console.log(`${' '.repeat(41)}${sizeInWords(said.gpu)} of the GPU said beforehand`);
    note({ name, who, what: of.what, precision: of.precision, milliseconds, parts, said, mebibytes: memory.most() });
  } catch (error) {
    failed(of, error);
  }
}

function line(
  who: string,
  what: string,
  precision: string,
  { rows, seconds }: { rows: number; seconds: number },
  milliseconds: readonly number[],
  mebibytes: number | undefined,
  parts: Readonly<Record<string, readonly number[]>> = {},
): void {
  const median = medianOf(milliseconds);
  const each = Object.entries(parts).map(([part, times]) => `${part} ${medianOf(times).toFixed(0)}`);
  const memory = mebibytes ? `${(mebibytes / 1024).toFixed(1).padStart(5)} GiB` : '';
  console.log(
    `${who.padEnd(9)} ${what.padEnd(10)} ${precision.padEnd(9)} ${median.toFixed(0).padStart(7)} ms ${((rows * seconds * 1000) / median).toFixed(0).padStart(7)} s/s ${memory}  ${each.join(' + ')}`,
  );
}

function medianOf(x: readonly number[]): number {
  return [...x].sort((a, b) => a - b)[x.length >> 1]!;
}

function failed({ device, precision, what }: Case, error: unknown): void {
  console.log(`${what} in ${precision} on ${device} failed: ${messageOf(error).slice(-1500)}`);
}

interface Measured {
  milliseconds: number[];
  /** Of a step. */
  parts: Record<string, number[]>;
  said?: MemoryNeed;
  numbers: number[];
}

/** One measurement, in a process of its own. */
async function run(of: Case): Promise<Measured> {
  const extension = path.extname(fileURLToPath(import.meta.url));
  const script = fileURLToPath(new URL(`device-case${extension}`, import.meta.url));
  const { what, ...others } = of;
  const named = Object.entries(others).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const again = what.endsWith('+') ? ['--recompute'] : [];
  const { stdout } = await execa(
    process.execPath,
    [...process.execArgv, script, ...named, '--what', what.replace('+', ''), ...again],
    { stderr: 'inherit', timeout: 240_000, maxBuffer: 1 << 28 },
  );
  return JSON.parse(stdout.split('\n').at(-1)!) as Measured;
}

/** The same work by PyTorch. */
async function torch(
  name: string,
  whats: readonly string[],
  size: { rows: number; seconds: number; runs: number },
): Promise<void> {
  const script = fileURLToPath(new URL('device-torch.py', import.meta.url));
  const known = whats.filter((what) => !what.startsWith('adapters') && !what.endsWith('+')).join(',');
  const child = spawn(
    flags.python!,
    [
      script,
      device === 'cuda' ? 'cuda' : 'cpu',
      name,
      device === 'cuda' ? flags.precisions : 'float32',
      known,
      ...[size.rows, size.seconds, size.runs].map(String),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: 120_000 },
  );
  let text = '';
  for await (const part of child.stdout) text += String(part);
  for (const json of text.split('\n').filter((row) => row.startsWith('{'))) {
    const { what, precision, milliseconds, mebibytes, error } = JSON.parse(json) as {
      what: string;
      precision: string;
      milliseconds?: number[];
      mebibytes?: number;
      error?: string;
    };
    note({ name, who: 'PyTorch', what, precision, milliseconds, mebibytes, error });
    if (milliseconds) line('PyTorch', what, precision, size, milliseconds, mebibytes);
    else console.log(`PyTorch   ${what} in ${precision} failed: ${error}`);
  }
}

/** The most memory that a GPU has had taken, of what it says twenty times a second. */
function watchMemory(): { stop(): void; most(): number | undefined } {
  if (device === 'cpu') return { stop: () => {}, most: () => undefined };
  let most: number | undefined;
  const child = spawn('nvidia-smi', ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '-lms', '50'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.on('error', () => {});
  child.stdout.on('data', (data) => {
    for (const row of String(data).split('\n')) if (Number(row) > 0) most = Math.max(most ?? 0, Number(row));
  });
  return { stop: () => child.kill(), most: () => most };
}

function note(record: Record<string, unknown>): void {
  if (flags.out !== undefined) appendFileSync(flags.out, `${JSON.stringify(record)}\n`);
}
