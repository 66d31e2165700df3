import { loudnessOf, type Loudness } from '../audio/standardise.ts';
import { FRAME_FIELD, FRAME_SAMPLES, frameCount } from './own/architecture.ts';
import type { FrozenEncoder, Hidden } from './frozen-encoder.ts';

/** How a long recording goes through an encoder. */
export interface ChunkSettings {
  /** Frames that the encoder sees at once. Attention's memory grows with their square. */
  window: number;
  /**
   * Frames on either side of what is kept of a window: more than convolutions reach. Attention sees nothing beyond
   * them.
   */
  context: number;
}

/** 40 s, of which 30 are kept; docs/encoders.md has what that changes. */
const DEFAULTS: ChunkSettings = { window: 2000, context: 250 };

/** The next frames of a long recording. */
export interface Piece {
  /** Of each layer asked for: [frames, dims]. */
  layers: Float32Array[];
  frames: number;
}

/**
 * Runs recordings of any length (16 kHz mono): side by side as `FrozenEncoder.run` where the encoder can take them
 * whole, else each by itself in overlapping windows.
 */
export async function encode(
  encoder: FrozenEncoder,
  recordings: readonly Float32Array[],
  layers: readonly number[],
  frames?: number,
  settings = DEFAULTS,
): Promise<Hidden> {
  const frameCounts = Int32Array.from(recordings, (r) => frameCount(r.length));
  if (frameCounts.every((count) => count <= windowOf(encoder, settings)))
    return encoder.run(recordings, layers, frames);
  const padded = frames ?? Math.max(...frameCounts);
  const result = layers.map(() => new Float32Array(recordings.length * padded * encoder.dims));
  for (const [row, recording] of recordings.entries()) {
    let at = row * padded * encoder.dims;
    for await (const piece of encodeInChunks(encoder, [recording], layers, loudnessOf(recording), settings)) {
      piece.layers.forEach((layer, l) => result[l]!.set(layer, at));
      at += piece.frames * encoder.dims;
    }
  }
  return { layers: result, frames: padded, frameCounts };
}

/**
 * Hidden layers of a recording as it comes in, however long it is: in windows that overlap, of which the middles are
 * kept and follow one another. Frames are where they are in the whole; what convolutions compute of them is the same,
 * attention sees a window only. No more than a window and a block are in memory.
 * @param blocks the recording, 16 kHz mono
 * @param level of the whole recording; of each window, if absent
 */
export async function* encodeInChunks(
  encoder: FrozenEncoder,
  blocks: Iterable<Float32Array> | AsyncIterable<Float32Array>,
  layers: readonly number[],
  level?: Loudness,
  settings = DEFAULTS,
): AsyncGenerator<Piece> {
  const { context } = settings;
  const window = windowOf(encoder, settings);
  const step = window - 2 * context;
  // A frame more than fits: whether there is one tells the last window from others.
  const waiting = new Float32Array(samplesOf(window + 1));
  let [filled, before] = [0, 0];
  for await (const block of blocks)
    for (let taken = 0; taken < block.length;) {
      const count = Math.min(block.length - taken, waiting.length - filled);
      waiting.set(block.subarray(taken, taken + count), filled);
      [taken, filled] = [taken + count, filled + count];
      if (filled < waiting.length) continue;
      yield await kept(encoder, waiting.subarray(0, samplesOf(window)), layers, level, before, context);
      // The next window begins so that what it keeps follows on.
      waiting.copyWithin(0, step * FRAME_SAMPLES);
      [filled, before] = [filled - step * FRAME_SAMPLES, context];
    }
  if (frameCount(filled) > before) yield kept(encoder, waiting.subarray(0, filled), layers, level, before, 0);
}

/** A window's frames without its first and last. */
async function kept(
  encoder: FrozenEncoder,
  samples: Float32Array,
  layers: readonly number[],
  level: Loudness | undefined,
  before: number,
  after: number,
): Promise<Piece> {
  const hidden = await encoder.run([samples], layers, undefined, level);
  const frames = hidden.frameCounts[0]! - after;
  return {
    layers: hidden.layers.map((layer) => layer.subarray(before * encoder.dims, frames * encoder.dims)),
    frames: frames - before,
  };
}

const windowOf = (encoder: FrozenEncoder, { window }: ChunkSettings): number =>
  Math.min(window, encoder.longest ?? window);

/** The fewest samples that give so many frames. */
const samplesOf = (frames: number): number => FRAME_FIELD + (frames - 1) * FRAME_SAMPLES;
