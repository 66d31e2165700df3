import type { DropoutSite } from '../onnx/network.ts';
import type { Feeds } from '../onnx/engine.ts';
import { floats } from '../onnx/session.ts';
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
export function specAugmentFeeds(settings: SpecAugmentSettings, frameCounts: Int32Array, frames: number, dims: number, random: Random, allocate = fresh): Feeds {
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

/** A mask for each dropout site; `sizes` gives the symbolic dims their numbers. Four places share one draw of 32 bits. */
export function dropoutFeeds(sites: readonly DropoutSite[], sizes: Readonly<Record<string, number>>, random: Random, allocate = fresh): Feeds {
  return Object.fromEntries(sites.map(({ input, rate }) => {
    const dims = input.dims.map((d) => (typeof d === 'number' ? d : sizes[d]!));
    const mask = allocate(dims.reduce((a, d) => a * d, 1));
    fillMask(mask, rate, random);
    return [input.name, floats(mask, dims)];
  }));
}

const drawn = new Uint32Array(4096);

function fillMask(mask: Float32Array, rate: number, random: Random): void {
  const threshold = Math.round(rate * 256);
  const byByte = Float32Array.from({ length: 256 }, (_, byte) => (byte < threshold ? 0 : 256 / (256 - threshold)));
  for (let start = 0; start < mask.length; start += 4 * drawn.length) {
    const words = drawn.subarray(0, Math.ceil((mask.length - start) / 4));
    random.words(words);
    // Past the end of a mask, typed arrays drop what is written.
    for (let w = 0, i = start; w < words.length; w++, i += 4) {
      const bits = words[w]!;
      mask[i] = byByte[bits & 255]!;
      mask[i + 1] = byByte[(bits >>> 8) & 255]!;
      mask[i + 2] = byByte[(bits >>> 16) & 255]!;
      mask[i + 3] = byByte[bits >>> 24]!;
    }
  }
}
