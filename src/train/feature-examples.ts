import { frameMask } from '../audio/standardise.ts';
import { floats } from '../onnx/session.ts';
import { fresh } from '../support/scratch.ts';
import type { Examples } from './examples.ts';

/**
 * Cached features as a head's input, read when they are needed.
 * @param frames of each example
 * @param width numbers a frame: layers · dims
 * @param read writes an example's numbers to the start of the memory it is given, and says how many they were
 */
export function featureExamples(frames: readonly number[], width: number, targets: readonly Int32Array[], read: (index: number, memory: Float32Array) => Promise<number>): Examples {
  return {
    frames: Int32Array.from(frames),
    targets,
    async load(batch, _random, allocate = fresh) {
      const rows = batch.examples.length;
      const features = allocate(rows * batch.frames * width);
      const frameCounts = Int32Array.from(batch.examples, (i) => frames[i]!);
      const size = batch.frames * width;
      await Promise.all(batch.examples.map(async (i, row) => {
        const memory = features.subarray(row * size, (row + 1) * size);
        memory.fill(0, await read(i, memory));
      }));
      return { inputs: { features: floats(features, [rows, batch.frames, width]), mask: floats(frameMask(frameCounts, batch.frames, allocate), [rows, batch.frames]) }, frameCounts };
    },
  };
}
