/**
 * A promise that may fail before it is its turn to be waited for, and is told then: until then it must not count as
 * unhandled, which would end the process.
 */
export function mayFail<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
