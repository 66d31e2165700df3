import { parentPort } from 'node:worker_threads';
import { arraysOf, moveParameter, sumOfSquares, type Move, type Moved } from './adamw-arithmetic.ts';

/** To the thread: gradients, to be kept; then how parameters move by them, or that none does. */
export type Order =
  { gradients: readonly Float32Array<ArrayBuffer>[] } | { moved: readonly Moved[]; moves: readonly Move[] };

/** From the thread: each gradient's sum of squares; then all that it was given. */
export type Report =
  { squares: number[] } | { gradients: readonly Float32Array<ArrayBuffer>[]; moved: readonly Moved[] };

let kept: readonly Float32Array<ArrayBuffer>[] = [];

parentPort!.on('message', (order: Order) => {
  if ('gradients' in order) {
    kept = order.gradients;
    return parentPort!.postMessage({ squares: kept.map(sumOfSquares) } satisfies Report);
  }
  const { moved, moves } = order;
  moved.forEach((parameter, i) => moveParameter(parameter, kept[i]!, moves[i]!));
  parentPort!.postMessage(
    { gradients: kept, moved } satisfies Report,
    [...kept, ...arraysOf(moved)].map(({ buffer }) => buffer),
  );
  kept = [];
});
parentPort!.postMessage({ ready: true });
