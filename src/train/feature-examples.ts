import { frameMask } from '../audio/standardise.ts';
import { floats } from '../onnx/runtime/session.ts';
import { fresh } from '../support/scratch.ts';
import type { Examples } from './examples.ts';

/**
 * Cached features as a head's input, read when they are needed, and kept as far as it is told to.
 * @param frames of each example
 * @param width numbers a frame: layers · dims
 * @param read writes an example's numbers to the start of the memory it is given, and says how many they were
 */
export function featureExamples(
  frames: readonly number[],
  width: number,
  targets: readonly Int32Array[],
  read: (index: number, memory: Float32Array) => Promise<number>,
): Examples {
  const held: (Float32Array | undefined)[] = [];
  /** Of the first so many examples. */
  let holding = 0;
  const fill = async (index: number, memory: Float32Array): Promise<number> => {
    const known = held[index];
    if (known) {
      memory.set(known);
      return known.length;
    }
    const length = await read(index, memory);
    if (index < holding) held[index] = memory.slice(0, length);
    return length;
  };
  return {
    hold(bytes) {
      const bytesOf = (example: number): number => frames[example]! * width * Float32Array.BYTES_PER_ELEMENT;
      let used = 0;
      for (holding = 0; holding < frames.length && used + bytesOf(holding) <= bytes; holding++)
        used += bytesOf(holding);
      return used;
    },
    frames: Int32Array.from(frames),
    targets,
    async load(batch, _random, allocate = fresh) {
      const rows = batch.examples.length;
      const features = allocate(rows * batch.frames * width);
      const frameCounts = Int32Array.from(batch.examples, (i) => frames[i]!);
      const size = batch.frames * width;
      await Promise.all(
        batch.examples.map(async (i, row) => {
          const memory = features.subarray(row * size, (row + 1) * size);
          memory.fill(0, await fill(i, memory));
        }),
      );
      return {
        inputs: {
          features: floats(features, [rows, batch.frames, width]),
          mask: floats(frameMask(frameCounts, batch.frames, allocate), [rows, batch.frames]),
        },
        frameCounts,
      };
    },
  };
}
