import { Worker, type WorkerOptions } from 'node:worker_threads';
import { InputError, IsoglossError, messageOf, WorkError, type Place } from './errors.ts';

/** What a thread says where it can't start: an error, as it can be sent. */
export interface Failed {
  failed: { message: string; next: string | undefined; place: Place; exitCode: 1 | 2 };
}

export function failureOf(error: unknown): Failed {
  const { next, place, exitCode } =
    error instanceof IsoglossError ? error : { next: undefined, place: {}, exitCode: 1 as const };
  return { failed: { message: messageOf(error), next, place, exitCode } };
}

/**
 * Starts a thread that says first `{ ready }`, or what `failureOf` makes of an error.
 * @throws what it failed with
 */
export async function startThread<Ready>(
  file: URL,
  options: WorkerOptions = {},
): Promise<{ worker: Worker; ready: Ready }> {
  // What this process was started with (`--input-type`, loaders) is not for a file that was built.
  const worker = new Worker(file, { ...options, execArgv: [] });
  const report = await new Promise<{ ready: Ready } | Failed>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread ended at its start, with code ${code}`)));
  });
  if ('ready' in report) return { worker, ready: report.ready };
  await worker.terminate();
  if (!('failed' in report)) throw new Error('the thread has to say first whether it is ready');
  const { message, next, place, exitCode } = report.failed;
  if (next === undefined) throw new Error(message);
  throw exitCode === 2 ? new InputError(message, next, place) : new WorkError(message, next, place);
}

/**
 * The file of a thread beside a module. Node runs no TypeScript by itself: where tests and benchmarks run the sources,
 * threads run what was built of them.
 * @param module its `import.meta.url`
 * @param name of the thread's file, without its ending
 */
export function threadFile(module: string, name: string): URL {
  const built = module.endsWith('.ts') ? module.replace(/\/src\/(?!.*\/src\/)/, '/dist/') : module;
  return new URL(`./${name}.js`, built);
}
