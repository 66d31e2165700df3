import { frameMask } from '../audio/standardise.ts';
import { floats } from '../onnx/session.ts';
import { fresh } from '../support/scratch.ts';
import type { Examples } from './examples.ts';

/**
 * Cached features as a head's input, read when they are needed.
 * @param frames of each example
 * @param width numbers a frame: layers · dims
 */
export function featureExamples(frames: readonly number[], width: number, targets: readonly Int32Array[], read: (index: number) => Promise<Float32Array>): Examples {
  return {
    frames: Int32Array.from(frames),
    targets,
    async load(batch, _random, allocate = fresh) {
      const rows = batch.examples.length;
      const features = allocate(rows * batch.frames * width);
      const frameCounts = Int32Array.from(batch.examples, (i) => frames[i]!);
      const loaded = await Promise.all(batch.examples.map(read));
      loaded.forEach((values, row) => {
        features.set(values, row * batch.frames * width);
        features.fill(0, row * batch.frames * width + values.length, (row + 1) * batch.frames * width);
      });
      return { inputs: { features: floats(features, [rows, batch.frames, width]), mask: floats(frameMask(frameCounts, batch.frames, allocate), [rows, batch.frames]) }, frameCounts };
    },
  };
}
