import { Piscina } from 'piscina';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { machine } from '../onnx/device.ts';
import type { Heard, Part } from './augmented.ts';

let opened: Promise<Piscina> | undefined;

/**
 * Changes a batch's recordings in other threads, while ONNX Runtime keeps this one busy (decision 0029).
 * @param part the recordings from one place to another
 * @param here the same in this thread, where one of them is not in the cache any more
 */
export async function augmentApart(recordings: number, part: (first: number, end: number) => Part, here: (first: number, end: number) => Promise<Heard>): Promise<Heard[]> {
  const pool = await (opened ??= openPool());
  const size = Math.ceil(recordings / pool.options.maxThreads);
  const starts = Array.from({ length: Math.ceil(recordings / size) }, (_, i) => i * size);
  return Promise.all(starts.map(async (first) => {
    const end = Math.min(recordings, first + size);
    try {
      return (await pool.run(part(first, end))) as Heard;
    } catch (error) {
      if (String(error).includes('ENOENT')) return here(first, end);
      throw error;
    }
  }));
}

/** Threads that live as long as the process, and don't keep it alive. A GPU is fed by many; where the CPU trains, one is ahead of it. */
async function openPool(): Promise<Piscina> {
  const { device } = await machine();
  const threads = device === 'cpu' ? 1 : Math.max(1, Math.min(15, availableParallelism() - 1));
  return new Piscina({ filename: fileURLToPath(workerFile()), minThreads: threads, maxThreads: threads, concurrentTasksPerWorker: 2 });
}

/** Node runs no TypeScript by itself: where tests and benchmarks run the sources, threads run what was built of them. */
function workerFile(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../dist/train/augment-worker.js' : './augment-worker.js', import.meta.url);
}
