import { Piscina } from 'piscina';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { machine } from '../onnx/runtime/machine.ts';
import { threadFile } from '../support/threads.ts';
import type { Work } from './worker.ts';

let opened: Promise<Piscina> | undefined;

/**
 * Shares work on a batch's rows out among other threads, while ONNX Runtime keeps this one busy (decision 0029).
 * @param name of what `worker.ts` can do
 * @param part the rows from one place to another
 * @returns what came of the parts, in order, each with its first row
 */
export async function mapInWorkers<Name extends keyof Work>(
  name: Name,
  rows: number,
  part: (first: number, end: number) => Parameters<Work[Name]>[0],
): Promise<{ first: number; end: number; result: Result<Name> | Error }[]> {
  const pool = await (opened ??= openPool());
  const size = Math.ceil(rows / pool.options.maxThreads);
  const firsts = Array.from({ length: Math.ceil(rows / size) }, (_, i) => i * size);
  return Promise.all(
    firsts.map(async (first) => {
      const end = Math.min(rows, first + size);
      const result = (await pool.run(part(first, end), { name }).catch((error: Error) => error)) as
        Result<Name> | Error;
      return { first, end, result };
    }),
  );
}

type Result<Name extends keyof Work> = Awaited<ReturnType<Work[Name]>>;

/**
 * Threads that live as long as the process, and don't keep it alive. A GPU is fed by many; where the CPU trains, one is
 * ahead of it.
 */
async function openPool(): Promise<Piscina> {
  const { device } = await machine();
  const threads = device === 'cpu' ? 1 : Math.max(1, Math.min(15, availableParallelism() - 1));
  return new Piscina({
    filename: fileURLToPath(threadFile(import.meta.url, 'worker')),
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 2,
  });
}
