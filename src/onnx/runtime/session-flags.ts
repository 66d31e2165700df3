/**
 * Places in the memory that a computing thread and its owner both see: 1 when nothing more is to be computed, and 1
 * while something is.
 */
export const [STOP, BUSY] = [0, 1];

/**
 * Computes something on such a thread, so that its owner can wait for it.
 * @throws what the work throws, and where nothing more is to be computed
 */
export async function whileBusy<T>(flags: Int32Array, work: () => Promise<T>): Promise<T> {
  Atomics.store(flags, BUSY, 1);
  try {
    if (Atomics.load(flags, STOP)) throw new Error('the session was released');
    return await work();
  } finally {
    Atomics.store(flags, BUSY, 0);
    Atomics.notify(flags, BUSY);
  }
}
