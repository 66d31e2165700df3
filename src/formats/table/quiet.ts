import type { AsyncBuffer } from 'hyparquet';

/**
 * A source of bytes for hyparquet whose failures end no process. hyparquet reads columns side by side; where one is
 * damaged it gives up, and the others' failures, that nobody awaits any more, would be unhandled rejections. What is
 * awaited still fails as before.
 */
export function quietSource(source: AsyncBuffer): AsyncBuffer {
  const { byteLength } = source;
  return { byteLength, slice: (start, end) => quiet(Promise.resolve(source.slice(start, end))) };
}

/** A promise that counts as handled, as do those that are made from it. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  const then = promise.then.bind(promise);
  void then(undefined, () => undefined);
  promise.then = (resolved, rejected) => quiet(then(resolved, rejected));
  return promise;
}
