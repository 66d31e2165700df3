import { quietFrames } from '../audio/quiet.ts';
import { unlikeness, type Likeness, type Pooled } from '../evaluate/likeness.ts';
import { InputError } from '../support/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../support/safetensors.ts';

/**
 * The hidden layer that recordings are compared by: the lowest has the most of how they sound, the least of what is
 * said.
 */
export const COMPARED_LAYER = 0;

/** The compared layer of recordings side by side. */
export interface Compared {
  /** [batch, frames, dims] */
  layer: Float32Array;
  frames: number;
  frameCounts: Int32Array;
  dims: number;
}

/** Standard deviations from what is usual for the training's recordings. */
export const unlikenessOf = (likeness: Likeness, compared: Compared, row: number, sound: Float32Array): number =>
  unlikeness(likeness, pooled(compared, row, sound));

/**
 * The mean of a recording's features over the frames in which something is said: pauses are no part of how it sounds.
 */
export function pooled({ layer, frames, frameCounts, dims }: Compared, row: number, sound: Float32Array): Pooled {
  const features = new Float32Array(dims);
  const count = frameCounts[row]!;
  const quiet = quietFrames(sound, count);
  const spoken = quiet.every(Boolean) ? count : quiet.filter((one) => !one).length;
  for (let t = 0; t < count; t++) {
    if (quiet[t] && spoken < count) continue;
    const from = (row * frames + t) * dims;
    for (let i = 0; i < dims; i++) features[i]! += layer[from + i]! / spoken;
  }
  return { features, frames: spoken };
}

/** The bytes of `likeness.safetensors`. */
export function encodeLikeness({ mean, deviation, factor, line, lengths }: Likeness): Uint8Array[] {
  const usual = Float32Array.of(line.slope, line.offset, line.deviation, lengths.shortest, lengths.longest);
  const tensors = Object.entries({ mean, deviation, factor, usual });
  return encodeSafetensors(new Map(tensors.map(([name, data]) => [name, { dims: [data.length], data }])));
}

/** @throws InputError when the bytes are cut off, or no such file */
export function decodeLikeness(bytes: Uint8Array, file: string): Likeness {
  const tensors = decodeSafetensors(bytes, file);
  const part = (name: string): Float32Array => {
    const data = tensors.get(name)?.data;
    if (!data) throw new InputError(`it has no ${name}`, 'Copy the model’s folder again, whole.', { file });
    return data;
  };
  const [mean, deviation, factor, usual] = [part('mean'), part('deviation'), part('factor'), part('usual')];
  const [slope, offset, spread, shortest, longest] = usual as unknown as [number, number, number, number, number];
  return { mean, deviation, factor, line: { slope, offset, deviation: spread }, lengths: { shortest, longest } };
}
