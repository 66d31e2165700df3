/** Where the numbers that are compared lie in a network's output. */
export interface TaughtShape {
  batch: number;
  frames: number;
  /** Numbers a frame of the output, of which the last `dims` are compared. */
  width: number;
  dims: number;
}

/**
 * DistilHuBERT's loss (Chang et al. 2022): the mean distance of each number from the teacher's, and − log σ of the
 * cosine between both, meant over frames.
 * @param output [batch, frames, width]
 * @param target [batch, frames, dims]
 * @param frameCounts frames that are there in each row
 * @param gradient [batch, frames, width]: where `weight` · dLoss/dOutput is written
 * @returns the loss, without the weight
 */
export function teachingLoss(
  output: Float32Array,
  target: Float32Array,
  { batch, frames, width, dims }: TaughtShape,
  frameCounts: ArrayLike<number>,
  weight: number,
  gradient: Float32Array,
): number {
  let count = 0;
  for (let b = 0; b < batch; b++) count += frameCounts[b]!;
  let sum = 0;
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < frameCounts[b]!; t++) {
      const row = b * frames + t;
      const at = (row + 1) * width - dims;
      sum += frameLoss(
        output.subarray(at, at + dims),
        target.subarray(row * dims, (row + 1) * dims),
        weight / count,
        gradient.subarray(at, at + dims),
      );
    }
  return sum / Math.max(1, count);
}

function frameLoss(x: Float32Array, y: Float32Array, weight: number, gradient: Float32Array): number {
  let [distance, product, ofX, ofY] = [0, 0, 1e-9, 1e-9];
  for (let d = 0; d < x.length; d++) {
    distance += Math.abs(x[d]! - y[d]!);
    product += x[d]! * y[d]!;
    ofX += x[d]! * x[d]!;
    ofY += y[d]! * y[d]!;
  }
  const lengths = Math.sqrt(ofX * ofY);
  const cosine = product / lengths;
  const doubt = 1 / (1 + Math.exp(cosine));
  for (let d = 0; d < x.length; d++) {
    const towards = y[d]! / lengths - (cosine * x[d]!) / ofX;
    gradient[d] = weight * (Math.sign(x[d]! - y[d]!) / x.length - doubt * towards);
  }
  return distance / x.length + Math.log1p(Math.exp(-cosine));
}
