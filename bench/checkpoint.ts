import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { encodeCheckpoint } from '../src/encoder/checkpoint/checkpoint.ts';
import { openEncoder } from '../src/encoder/open.ts';
import { sizeInWords } from '../src/support/memory.ts';
import { Random } from '../src/support/random.ts';
import { SHAPES, writeMadeCheckpoint, type Shape } from './made-checkpoint.ts';

/*
 * Published encoders' exact shapes with random weights, opened from safetensors: how long that takes, how much memory features take beside
 * the file's size, and how fast they are; beside PyTorch on as many threads in the same run, where --python has torch and transformers.
 *
 *     npx tsx bench/checkpoint.ts --encoders mhubert-147,xls-r-300m --python python3
 */
const { values: flags } = parseArgs({
  options: {
    encoders: { type: 'string', default: Object.keys(SHAPES).join(',') },
    python: { type: 'string' },
    seconds: { type: 'string', default: '15' },
    runs: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    /** Where checkpoints are made, or are already; else they are deleted in the end. */
    folder: { type: 'string' },
    /** A measurement of one, in a process of its own. */
    measure: { type: 'string' },
    /** Also in 8 bits (`encoder.dtype: q8`). */
    q8: { type: 'boolean', default: false },
  },
});

if (flags.measure === undefined) await compare();
else await measure(flags.measure);

async function compare(): Promise<void> {
  const folder = flags.folder ?? (await mkdtemp(path.join(tmpdir(), 'isogloss-checkpoints-')));
  try {
    for (const shape of flags.encoders.split(',') as Shape[]) {
      const file = path.join(folder, shape, 'model.safetensors');
      if (!existsSync(file)) await writeMadeCheckpoint(shape, path.dirname(file));
      const { size } = await stat(file);
      const measuring = ['--measure', file, '--seconds', flags.seconds, '--runs', flags.runs];
      for (const dtype of flags.q8 ? [[], ['--q8']] : [[]])
        await execa('npx', ['tsx', import.meta.filename, ...measuring, ...dtype], {
          env: { ISOGLOSS_THREADS: flags.threads },
          stdio: 'inherit',
        });
      console.log(`${shape}: its file has ${sizeInWords(size)}`);
      if (flags.python !== undefined) await torch(shape, flags.python);
    }
  } finally {
    if (flags.folder === undefined) await rm(folder, { recursive: true });
  }
}

/** Opens a checkpoint and computes features of noise. */
async function measure(file: string): Promise<void> {
  const before = process.memoryUsage.rss();
  const startedAt = performance.now();
  const bytes = await encodeCheckpoint(file, { rounds: flags.q8 });
  const encoder = await openEncoder(file, bytes, { folder: path.dirname(file) });
  const opened = performance.now() - startedAt;
  const random = new Random('noise');
  const sound = Float32Array.from({ length: 16000 * Number(flags.seconds) }, () => 0.1 * random.normal());
  const times: number[] = [];
  for (let run = 0; run <= Number(flags.runs); run++) {
    const from = performance.now();
    await encoder.run([sound], [encoder.layerCount - 1]);
    // The first takes memory for the first time.
    if (run > 0) times.push(performance.now() - from);
  }
  await encoder.release();
  console.log(
    `${path.basename(path.dirname(file))}${flags.q8 ? ` in 8 bits (${sizeInWords(bytes.length)})` : ''}: opened in ${(opened / 1000).toFixed(2)} s; features of ${flags.seconds} s in ${told(times)}; ` +
      `at most ${sizeInWords(process.resourceUsage().maxRSS * 1024)} resident, ${sizeInWords(before)} of it before`,
  );
}

/** PyTorch's figures of features alone. */
async function torch(shape: Shape, python: string): Promise<void> {
  const script = path.join(import.meta.dirname, 'device-torch.py');
  const { stdout } = await execa(
    python,
    [script, 'cpu', shape, 'float32', 'features', '1', flags.seconds, flags.runs],
    { env: { OMP_NUM_THREADS: flags.threads, MKL_NUM_THREADS: flags.threads } },
  );
  const { milliseconds } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { milliseconds: number[] };
  console.log(`${shape}: PyTorch, features of ${flags.seconds} s in ${told(milliseconds)}`);
}

function told(times: number[]): string {
  const median = [...times].sort((a, b) => a - b)[times.length >> 1]!;
  return `${median.toFixed(0)} ms (${times.map((time) => time.toFixed(0)).join(', ')})`;
}
