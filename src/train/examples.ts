import type { Feeds } from '../onnx/training/engine.ts';
import type { Random } from '../support/random.ts';
import type { Allocate } from '../support/scratch.ts';
import type { Batch } from '../support/batches.ts';

/** What a network is trained on or measured with: inputs by index, and the labels that belong to them. */
export interface Examples {
  /** Frames of each example, unaugmented. */
  readonly frames: Int32Array;
  readonly targets: readonly Int32Array[];
  /**
   * The inputs of a batch, padded to `batch.frames`; changed at random where a generator is given, in fresh memory
   * unless some is.
   */
  load(batch: Batch, random?: Random, allocate?: Allocate): Promise<LoadedBatch>;
  /**
   * Has it keep in memory what it reads, where reading again would be slower.
   * @param bytes that it may keep @returns how many it will
   */
  hold?(bytes: number): number;
}

export interface LoadedBatch {
  inputs: Feeds;
  /** Frames that are there in each row; the rest is padding. */
  frameCounts: Int32Array;
  /** How much faster than it was recorded each row is heard; as it was, where absent. */
  speeds?: readonly number[];
}
