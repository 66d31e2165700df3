import type { Weights } from './compile.ts';

/** How a parameter is moved in a step; what of it is the same for all its numbers. */
export interface Move {
  beta1: number;
  beta2: number;
  /** Of the gradient, by clipping. */
  scale: number;
  /** Learning rate and epsilon with the moments' corrections in them. */
  rate: number;
  epsilon: number;
  /** Of the weights, by decay. */
  keep: number;
}

/** A parameter with what AdamW carries of it; all of one length. */
export interface Moved {
  weights: Float32Array<ArrayBuffer>;
  mean: Float32Array<ArrayBuffer>;
  square: Float32Array<ArrayBuffer>;
}

/** Weights, and what AdamW carries of each. */
export interface Carried {
  weights: Weights;
  mean: Weights;
  square: Weights;
}

export function movedOf({ weights, mean, square }: Carried, name: string): Moved {
  const of = (arrays: Weights) => arrays.get(name) as Float32Array<ArrayBuffer>;
  return { weights: of(weights), mean: of(mean), square: of(square) };
}

export const arraysOf = (moved: readonly Moved[]): Float32Array<ArrayBuffer>[] =>
  moved.flatMap(({ weights, mean, square }) => [weights, mean, square]);

export function moveParameter(
  { weights, mean, square }: Moved,
  gradient: Float32Array,
  { beta1, beta2, scale, rate, epsilon, keep }: Move,
): void {
  const meanScale = scale * (1 - beta1);
  const squareScale = scale * scale * (1 - beta2);
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    const m = beta1 * mean[i]! + meanScale * g;
    const s = beta2 * square[i]! + squareScale * g * g;
    mean[i] = m;
    square[i] = s;
    weights[i] = keep * weights[i]! - (rate * m) / (Math.sqrt(s) + epsilon);
  }
}

export function sumOfSquares(x: Float32Array): number {
  // Four sums that don't wait for each other; declared one by one, which V8 keeps in registers.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < x.length; i += 4) {
    a += x[i]! * x[i]!;
    b += x[i + 1]! * x[i + 1]!;
    c += x[i + 2]! * x[i + 2]!;
    d += x[i + 3]! * x[i + 3]!;
  }
  for (; i < x.length; i++) a += x[i]! * x[i]!;
  return a + b + c + d;
}
