import { fresh } from '../support/scratch.ts';

/** Where a recording lies and how far it swings. */
export interface Loudness {
  mean: number;
  variance: number;
}

export function loudnessOf(samples: Float32Array): Loudness {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]!;
  const mean = sum / Math.max(1, samples.length);
  let squares = 0;
  for (let i = 0; i < samples.length; i++) squares += (samples[i]! - mean) ** 2;
  return { mean, variance: squares / Math.max(1, samples.length) };
}

/**
 * Zero mean, unit variance over the whole recording, as Wav2Vec2's preprocessor does it; as much of it as `into` holds.
 * @param level of the whole recording, where these samples are a stretch of it
 */
export function standardise(samples: Float32Array, into: Float32Array, { mean, variance } = loudnessOf(samples)): void {
  const scale = 1 / Math.sqrt(variance + 1e-7);
  const length = Math.min(samples.length, into.length);
  for (let i = 0; i < length; i++) into[i] = (samples[i]! - mean) * scale;
}

/** A recording as an encoder wants it: standardised, or as it is. */
export function prepareSound(samples: Float32Array, into: Float32Array, standardised: boolean, level?: Loudness): void {
  if (standardised) standardise(samples, into, level);
  else into.set(samples.subarray(0, into.length));
}

/** [batch, frames]: 1 on frames that are there, 0 on padding. */
export function frameMask(frameCounts: Int32Array, frames: number, allocate = fresh): Float32Array {
  const mask = allocate(frameCounts.length * frames).fill(0);
  frameCounts.forEach((count, row) => mask.fill(1, row * frames, row * frames + count));
  return mask;
}
