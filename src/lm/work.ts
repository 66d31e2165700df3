import { setImmediate } from 'node:timers/promises';

/** How many rows are worked through between two breaths. */
export const ROWS_A_BREATH = 1 << 18;

/** Lets the rest of the process have its turn (progress, Ctrl-C), and stops when it is asked to. */
export async function breathe(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await setImmediate();
  signal?.throwIfAborted();
}
