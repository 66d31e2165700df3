/** Weights of a logistic regression. @param rows inputs of each example @param start weights to begin with */
export function logistic(rows: readonly number[][], targets: readonly number[], start: readonly number[]): number[] {
  const weights = [...start];
  const size = weights.length;
  for (let step = 0; step < 50; step++) {
    const gradient = new Array<number>(size).fill(0);
    const hessian = weights.map((_, i) => weights.map((_, j) => (i === j ? RIDGE : 0)));
    for (const [k, row] of rows.entries()) {
      const p = sigmoid(row.reduce((sum, x, i) => sum + x * weights[i]!, 0));
      for (let i = 0; i < size; i++) {
        gradient[i]! += (p - targets[k]!) * row[i]!;
        for (let j = 0; j < size; j++) hessian[i]![j]! += p * (1 - p) * row[i]! * row[j]!;
      }
    }
    const down = solve(hessian, gradient);
    for (let i = 0; i < size; i++) weights[i]! -= down[i]!;
    if (Math.hypot(...down) < 1e-9) break;
  }
  return weights;
}

/** The x of A x = b, for a small positive definite A: Gauss's elimination. */
function solve(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, vector[i]!]);
  for (const [i, pivot] of rows.entries())
    for (const row of rows) {
      const share = row === pivot ? 0 : row[i]! / pivot[i]!;
      for (let j = i; j <= rows.length; j++) row[j]! -= share * pivot[j]!;
    }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

const RIDGE = 1e-6;
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Of confidences of 0 and 1 too, which are no more certain than float32 can tell. */
export function logit(p: number): number {
  const inside = Math.min(1 - 1e-7, Math.max(1e-7, p));
  return Math.log(inside / (1 - inside));
}
