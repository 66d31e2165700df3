import { frameCount, paddedSamples } from '../encoder/architecture.ts';
import { frameMask, standardise } from '../audio/standardise.ts';
import { floats } from '../onnx/session.ts';
import { Random } from '../support/random.ts';
import { fresh } from '../support/scratch.ts';
import { augmentAudio, type AudioAugmentSettings } from './audio-augment.ts';
import type { Examples } from './examples.ts';

/**
 * Recordings as a network's input, read when they are needed: memory doesn't grow with the corpus.
 * @param samples length of each recording
 * @param read its audio, 16 kHz mono
 */
export function audioExamples(
  samples: readonly number[],
  targets: readonly Int32Array[],
  read: (index: number) => Promise<Float32Array>,
  augment?: AudioAugmentSettings,
): Examples {
  return {
    frames: Int32Array.from(samples, frameCount),
    targets,
    async load(batch, random, allocate = fresh) {
      const width = paddedSamples(batch.frames);
      const rows = batch.examples.length;
      const audio = allocate(rows * width).fill(0);
      const frameCounts = new Int32Array(rows);
      // A generator a recording: codecs take their time, and the order in which they are done must not matter.
      const generators = augment && random ? batch.examples.map(() => new Random(random.uint32())) : [];
      const recordings = await Promise.all(batch.examples.map(async (example, row) => {
        const recording = await read(example);
        return augment && random ? augmentAudio(recording, augment, width, generators[row]!) : recording;
      }));
      recordings.forEach((heard, row) => {
        standardise(heard, audio.subarray(row * width, (row + 1) * width));
        frameCounts[row] = Math.min(batch.frames, frameCount(heard.length));
      });
      const inputs = { audio: floats(audio, [rows, width]), mask: floats(frameMask(frameCounts, batch.frames, allocate), [rows, batch.frames]) };
      return { inputs, frameCounts };
    },
  };
}
