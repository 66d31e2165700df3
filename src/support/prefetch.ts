import { mayFail } from './may-fail.ts';

/**
 * Does work on items several at a time and hands the results over in the items' order. At most `width` are under way or
 * waiting to be taken, so memory stays bounded.
 */
export async function* prefetch<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<{ item: T; result: R }> {
  const queue: { item: T; promise: Promise<R> }[] = [];
  const take = async () => {
    const { item, promise } = queue.shift()!;
    return { item, result: await promise };
  };
  for await (const item of items) {
    queue.push({ item, promise: mayFail(work(item)) });
    if (queue.length >= width) yield await take();
  }
  while (queue.length > 0) yield await take();
}
