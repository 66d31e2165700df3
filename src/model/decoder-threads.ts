import type { Machine } from '../onnx/runtime/machine.ts';
import { usableCores } from '../support/processors.ts';

/** No network that isogloss runs is so fast that more had something to do. */
const MOST_THREADS = 8;

/** How many threads can search for words beside ONNX Runtime: one for each core that it leaves idle. */
export function decoderThreads(
  { device, threads }: Pick<Machine, 'device' | 'threads'>,
  cores = usableCores(),
): number {
  // Where a GPU computes, one core feeds it.
  const taken = device === 'cpu' ? threads : 1;
  return Math.max(0, Math.min(MOST_THREADS, cores - taken));
}
