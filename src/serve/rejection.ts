import { mayFail } from '../support/may-fail.ts';

/** A promise that is rejected when a signal is aborted, as long as somebody waits for it. */
export function rejectionOf(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  let stop = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    stop = () => signal.removeEventListener('abort', abort);
  });
  return { promise: mayFail(promise), stop };
}
