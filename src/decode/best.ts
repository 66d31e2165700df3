/**
 * Indices of the highest scores, highest first, earlier first among equals.
 * @param scores of which the first `count` count
 * @param floor lower ones are left out
 * @param into overwritten with the indices; as many as it holds at most
 * @returns how many there are
 */
export function best(scores: Float64Array, count: number, floor: number, into: Int32Array): number {
  const after = (a: number, b: number): number => scores[b]! - scores[a]! || a - b;
  let size = 0;
  // `into` is a heap, the last in order on top, until all are seen.
  for (let i = 0; i < count; i++) {
    if (!(scores[i]! >= floor)) continue;
    if (size < into.length) siftUp(into, size++, i, after);
    else if (after(i, into[0]!) < 0) siftDown(into, size, i, after);
  }
  into.subarray(0, size).sort(after);
  return size;
}

type Order = (a: number, b: number) => number;

function siftUp(heap: Int32Array, place: number, item: number, after: Order): void {
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (after(heap[parent]!, item) >= 0) break;
    heap[place] = heap[parent]!;
    place = parent;
  }
  heap[place] = item;
}

/** Puts an item in the place of the top. */
function siftDown(heap: Int32Array, size: number, item: number, after: Order): void {
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= size) break;
    if (child + 1 < size && after(heap[child + 1]!, heap[child]!) > 0) child++;
    if (after(item, heap[child]!) >= 0) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = item;
}
