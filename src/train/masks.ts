import type { DropoutSite } from '../onnx/graph/network.ts';
import type { Feeds } from '../onnx/training/engine.ts';
import { floats } from '../onnx/runtime/session.ts';
import type { Random } from '../support/random.ts';
import { fresh } from '../support/scratch.ts';

export interface SpecAugmentSettings {
  /** Masks an utterance, and the widest of them in frames. */
  timeMasks: number;
  timeWidth: number;
  /** Masks over features, and the widest as a share of them. */
  featureMasks: number;
  featureWidth: number;
}

/** The masks that `Network.specAugment` asks for (Park et al. 2019). Masked is 0. */
export function specAugmentFeeds(
  settings: SpecAugmentSettings,
  frameCounts: Int32Array,
  frames: number,
  dims: number,
  random: Random,
  allocate = fresh,
): Feeds {
  const batch = frameCounts.length;
  const time = allocate(batch * frames).fill(1);
  const feature = allocate(batch * dims).fill(1);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < settings.timeMasks; i++) {
      // At most a tenth of an utterance a mask, or short ones would vanish.
      const width = random.int(Math.min(settings.timeWidth, Math.floor(frameCounts[b]! / 10)) + 1);
      const start = b * frames + random.int(frameCounts[b]! - width + 1);
      time.fill(0, start, start + width);
    }
    for (let i = 0; i < settings.featureMasks; i++) {
      const width = random.int(Math.floor(settings.featureWidth * dims) + 1);
      const start = b * dims + random.int(dims - width + 1);
      feature.fill(0, start, start + width);
    }
  }
  return { 'augment.frames': floats(time, [batch, frames, 1]), 'augment.features': floats(feature, [batch, 1, dims]) };
}

/**
 * A mask for each dropout site; `sizes` gives the symbolic dims their numbers. Four places share one draw of 32 bits.
 */
export function dropoutFeeds(
  sites: readonly DropoutSite[],
  sizes: Readonly<Record<string, number>>,
  random: Random,
  allocate = fresh,
): Feeds {
  return Object.fromEntries(
    sites.map(({ input, rate }) => {
      const dims = input.dims.map((d) => (typeof d === 'number' ? d : sizes[d]!));
      const mask = allocate(dims.reduce((a, d) => a * d, 1));
      fillMask(mask, rate, random);
      return [input.name, floats(mask, dims)];
    }),
  );
}

function fillMask(mask: Float32Array, rate: number, random: Random): void {
  const pairs = pairsFor(Math.round(rate * 256));
  const whole = mask.length - (mask.length % 4);
  random.lookUp(pairs, new Float64Array(mask.buffer, mask.byteOffset, whole / 2));
  if (whole === mask.length) return;
  const rest = new Float64Array(2);
  random.lookUp(pairs, rest);
  mask.set(new Float32Array(rest.buffer).subarray(0, mask.length - whole), whole);
}

const known = new Map<number, Float64Array>();

/**
 * By 16 random bits two places of a mask, side by side in what counts as one number: half the look-ups, half the
 * writing.
 */
function pairsFor(threshold: number): Float64Array {
  const found = known.get(threshold);
  if (found) return found;
  const pairs = new Float64Array(65536);
  const places = new Float32Array(pairs.buffer);
  const kept = 256 / (256 - threshold);
  for (let bits = 0; bits < pairs.length; bits++) {
    places[2 * bits] = (bits & 255) < threshold ? 0 : kept;
    places[2 * bits + 1] = bits >>> 8 < threshold ? 0 : kept;
  }
  known.set(threshold, pairs);
  return pairs;
}
