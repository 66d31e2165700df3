import type { Loudness } from '../audio/standardise.ts';
import type { SessionOptions } from '../onnx/runtime/session.ts';

/** Hidden layers of a batch. */
export interface Hidden {
  /** Of each layer asked for: [batch, frames, dims]. */
  layers: Float32Array[];
  frames: number;
  /** Frames that are there in each row; the rest is padding. */
  frameCounts: Int32Array;
}

export interface OpenOptions extends SessionOptions {
  /**
   * The topmost hidden layer that will be asked for, all by default. ONNX Runtime computes all that a model has,
   * whatever is asked of it: so what is above is not loaded at all.
   */
  upTo?: number;
}

/** A frozen encoder: recordings in, hidden layers out. */
export interface FrozenEncoder {
  /** As the recipe names it. */
  readonly name: string;
  /**
   * Hex SHA-256 of the model's bytes, and of how its input is made where that is not as usual: the same hash, the same
   * features.
   */
  readonly hash: string;
  /** The .onnx file's bytes, for models that carry their encoder along. */
  readonly bytes: Uint8Array;
  /** Numbers a frame. */
  readonly dims: number;
  /** How many hidden layers it has: 0 is what enters the first block. */
  readonly layerCount: number;
  /**
   * Whether recordings may lie side by side, padded, without changing each other's features; else they run one by one.
   */
  readonly pads: boolean;
  /** The most frames that it takes at once, where there is such a limit. */
  readonly longest?: number;
  /**
   * Runs recordings (16 kHz mono) side by side, padded to the longest. For recordings of any length see `encode`.
   * @param frames to pad to; the longest recording's by default
   * @param level of the whole recording, where these are stretches of one
   */
  run(
    recordings: readonly Float32Array[],
    layers: readonly number[],
    frames?: number,
    level?: Loudness,
  ): Promise<Hidden>;
  release(): Promise<void>;
}
