import type * as ort from '../onnx/runtime/ort.ts';
import { ctcLoss } from '../ctc/loss.ts';
import { machine } from '../onnx/runtime/machine.ts';
import { floatData } from '../onnx/runtime/session.ts';
import type { Batch } from '../support/batches.ts';
import type { LoadedBatch } from './examples.ts';
import { ctcLossInWorkers } from './loss-in-workers.ts';
import { batchesPerStep } from './steps.ts';
import type { TrainingTask } from './task.ts';
import { teachingLoss } from './teaching-loss.ts';

export interface BatchLoss {
  /** CTC's, summed over the batch, and the tokens that it is of. */
  loss: number;
  tokens: number;
  /** dLoss/dOutput of the loss a token, and a teacher's where there is one, [batch, frames, width of the output]. */
  gradient: Float32Array;
}

/**
 * The loss of a batch: CTC of the transcripts and, where a teacher teaches, how far from it the numbers behind the
 * logits are.
 * @param output [batch, frames, tokens (+ the teacher's numbers a frame)]
 */
export async function lossOf(
  task: TrainingTask,
  output: ort.Tensor,
  batch: Batch,
  loaded: LoadedBatch,
): Promise<BatchLoss> {
  const [rows, frames, width] = output.dims as [number, number, number];
  const { teaching } = task;
  const tokenCount = width - (teaching?.dims ?? 0);
  const targets = batch.examples.map((i) => task.train.targets[i]!);
  const ofLogits = new Float32Array(rows * frames * tokenCount);
  const ctc = (await machine()).device === 'cpu' ? ctcLoss : ctcLossInWorkers;
  const shape = { batch: rows, frames, tokens: tokenCount };
  const losses = await ctc(
    columns(floatData(output), width, tokenCount),
    shape,
    loaded.frameCounts,
    targets,
    task.blank,
    ofLogits,
  );
  const [loss, tokens] = summed(losses, targets);
  const parts = batchesPerStep(task.settings);
  for (let i = 0; i < ofLogits.length; i++) ofLogits[i]! /= Math.max(1, tokens) * parts;
  if (!teaching) return { loss, tokens, gradient: ofLogits };
  const gradient = new Float32Array(rows * frames * width);
  for (let row = 0; row < rows * frames; row++)
    gradient.set(ofLogits.subarray(row * tokenCount, (row + 1) * tokenCount), row * width);
  const taught = { batch: rows, frames, width, dims: teaching.dims };
  teachingLoss(
    floatData(output),
    await teaching.targets(batch, loaded),
    taught,
    loaded.frameCounts,
    teaching.weight / parts,
    gradient,
  );
  return { loss, tokens, gradient };
}

/** The first numbers of each row. */
function columns(data: Float32Array, width: number, count: number): Float32Array {
  if (width === count) return data;
  const rows = data.length / width;
  const result = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) result.set(data.subarray(row * width, row * width + count), row * count);
  return result;
}

/** What is not finite, where a target doesn't fit into its frames, is left out. */
function summed(losses: Float64Array, targets: readonly Int32Array[]): [loss: number, tokens: number] {
  let [loss, tokens] = [0, 0];
  losses.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    loss += value;
    tokens += Math.max(1, targets[i]!.length);
  });
  return [loss, tokens];
}
