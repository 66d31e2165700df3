import { frameCount, paddedSamples } from '../encoder/architecture.ts';
import { frameMask, standardise } from '../audio/standardise.ts';
import { floats } from '../onnx/session.ts';
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
      const recordings = await Promise.all(batch.examples.map(read));
      recordings.forEach((recording, row) => {
        const heard = random && augment ? augmentAudio(recording, augment, width, random) : recording;
        standardise(heard, audio.subarray(row * width, (row + 1) * width));
        frameCounts[row] = Math.min(batch.frames, frameCount(heard.length));
      });
      const inputs = { audio: floats(audio, [rows, width]), mask: floats(frameMask(frameCounts, batch.frames, allocate), [rows, batch.frames]) };
      return { inputs, frameCounts };
    },
  };
}
