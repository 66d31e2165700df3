/**
 * How like others a recording is, by the mean of its features: the Mahalanobis distance from those of the training,
 * its covariance shrunk
 * (Ledoit & Wolf 2004), since there are more numbers than recordings.
 */
export interface Likeness {
  /** Of the features of the training's recordings: [dims]. */
  mean: Float32Array;
  deviation: Float32Array;
  /** Cholesky's factor of their correlations, lower triangle by rows: [dims · (dims + 1) / 2]. */
  factor: Float32Array;
  /** What is usual: the logarithm of the distance over that of the length in frames, and its standard deviation. */
  line: { slope: number; offset: number; deviation: number };
  /** Lengths, in frames, that the line was seen at. */
  lengths: { shortest: number; longest: number };
}

/** The mean of a recording's features, and of how many frames. */
export interface Pooled {
  features: Float32Array;
  frames: number;
}

/** Fewer recordings say nothing of what is usual. */
const FEWEST = 8;
/** So many standard deviations from what is usual, a recording is unlike what was learnt from. */
export const UNLIKE = 3;
/** Where recordings are all but alike, small differences are no distance. */
const LEAST_DEVIATION = 0.1;

/**
 * @param learnt what training has heard
 * @param others of the same kind, but not learnt from: how far away such recordings usually are
 * @returns undefined where there are too few
 */
export function fitLikeness(learnt: readonly Pooled[], others: readonly Pooled[]): Likeness | undefined {
  if (learnt.length < FEWEST || others.length < FEWEST) return undefined;
  const dims = learnt[0]!.features.length;
  const mean = new Float32Array(dims);
  const deviation = new Float32Array(dims);
  for (const { features } of learnt) features.forEach((x, i) => (mean[i]! += x / learnt.length));
  for (const { features } of learnt) features.forEach((x, i) => (deviation[i]! += (x - mean[i]!) ** 2 / learnt.length));
  deviation.forEach((variance, i) => (deviation[i] = Math.sqrt(variance) + 1e-6));
  const rows = learnt.map(({ features }) => features.map((x, i) => (x - mean[i]!) / deviation[i]!));
  const known = { mean, deviation, factor: cholesky(shrunk(rows, dims), dims) };
  const lengths = others.map(({ frames }) => frames);
  return {
    ...known,
    line: lineThrough(others.map((one) => [Math.log(one.frames), Math.log(distance(known, one.features))])),
    lengths: { shortest: Math.min(...lengths), longest: Math.max(...lengths) },
  };
}

/** Standard deviations from what is usual, of a recording as long as this one: 0 for what is like the training. */
export function unlikeness(likeness: Likeness, { features, frames }: Pooled): number {
  const { line, lengths } = likeness;
  const length = Math.min(lengths.longest, Math.max(lengths.shortest, frames));
  const usual = line.offset + line.slope * Math.log(length);
  return (Math.log(distance(likeness, features)) - usual) / line.deviation;
}

/** Correlations, moved towards none by as much as so few rows are uncertain of them: [dims, dims], lower triangle. */
function shrunk(rows: readonly Float32Array[], dims: number): Float64Array {
  const matrix = new Float64Array(dims * dims);
  for (const row of rows)
    for (let i = 0; i < dims; i++)
      for (let j = 0; j <= i; j++) matrix[i * dims + j]! += (row[i]! * row[j]!) / rows.length;
  let [trace, squares] = [0, 0];
  for (let i = 0; i < dims; i++) {
    trace += matrix[i * dims + i]!;
    for (let j = 0; j <= i; j++) squares += (i === j ? 1 : 2) * matrix[i * dims + j]! ** 2;
  }
  const average = trace / dims;
  const fourth = rows.reduce((sum, row) => sum + row.reduce((square, x) => square + x * x, 0) ** 2, 0);
  const uncertain = (fourth / rows.length - squares) / rows.length;
  const share = Math.min(1, Math.max(0.01, uncertain / (squares - dims * average ** 2)));
  for (let i = 0; i < dims; i++)
    for (let j = 0; j <= i; j++)
      matrix[i * dims + j] = (1 - share) * matrix[i * dims + j]! + (i === j ? share * average : 0);
  return matrix;
}

/** @returns L of L Lᵀ = A, packed @param matrix [dims, dims], lower triangle */
function cholesky(matrix: Float64Array, dims: number): Float32Array {
  const rows: Float64Array[] = [];
  for (let i = 0; i < dims; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : rows[j]!;
      let sum = matrix[i * dims + j]!;
      for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!;
      row[j] = j === i ? Math.sqrt(Math.max(sum, 1e-9)) : sum / other[j]!;
    }
    rows.push(row);
  }
  const packed = new Float32Array((dims * (dims + 1)) / 2);
  let at = 0;
  for (const row of rows) {
    packed.set(row, at);
    at += row.length;
  }
  return packed;
}

/** Mahalanobis, as a root mean square over the dims: about 1 for what was learnt from. */
function distance(
  { mean, deviation, factor }: Pick<Likeness, 'mean' | 'deviation' | 'factor'>,
  x: Float32Array,
): number {
  const dims = mean.length;
  const solved = new Float64Array(dims);
  let [squares, at] = [0, 0];
  for (let i = 0; i < dims; i++) {
    let sum = (x[i]! - mean[i]!) / deviation[i]!;
    for (let j = 0; j < i; j++) sum -= factor[at++]! * solved[j]!;
    solved[i] = sum / factor[at++]!;
    squares += solved[i]! ** 2;
  }
  return Math.sqrt(squares / dims) + 1e-9;
}

/** By least squares. */
function lineThrough(points: readonly (readonly [number, number])[]): Likeness['line'] {
  const count = points.length;
  const [x, y] = [0, 1].map((i) => points.reduce((sum, point) => sum + point[i]!, 0) / count) as [number, number];
  const spread = points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  const slope = spread > 1e-9 ? points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / spread : 0;
  const offset = y - slope * x;
  const rest = points.reduce((sum, [a, b]) => sum + (b - offset - slope * a) ** 2, 0);
  return { slope, offset, deviation: Math.max(LEAST_DEVIATION, Math.sqrt(rest / Math.max(1, count - 2))) };
}
