import { describe, expect, it } from 'vitest';
import { pack } from '../../src/encoder/packed.ts';
import { Random } from '../../src/support/random.ts';
import { stretch } from '../../src/train/teaching.ts';
import { teachingLoss } from '../../src/train/teaching-loss.ts';

const normal = (length: number, seed: number): Float32Array => {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => random.normal());
};

describe('a teacher’s loss', () => {
  const shape = { batch: 2, frames: 3, width: 7, dims: 4 };
  const frameCounts = [3, 1];
  const target = normal(2 * 3 * 4, 1);
  const lossOf = (output: Float32Array): number =>
    teachingLoss(output, target, shape, frameCounts, 1, new Float32Array(output.length));

  it('has the gradient that finite differences find, nothing on the logits before it and on frames that aren’t there', () => {
    const output = normal(2 * 3 * 7, 2);
    const gradient = new Float32Array(output.length);
    teachingLoss(output, target, shape, frameCounts, 1, gradient);
    for (let i = 0; i < output.length; i++) {
      const [up, down] = [output.slice(), output.slice()];
      up[i]! += 1e-3;
      down[i]! -= 1e-3;
      expect(gradient[i]!).toBeCloseTo((lossOf(up) - lossOf(down)) / 2e-3, 3);
      const [frame, place] = [Math.floor(i / 7), i % 7];
      if (place < 3 || frame > 3) expect(gradient[i]).toBe(0);
    }
  });

  it('is least where it is imitated', () => {
    const same = new Float32Array(2 * 3 * 7);
    for (let frame = 0; frame < 6; frame++) same.set(target.subarray(frame * 4, frame * 4 + 4), frame * 7 + 3);
    expect(lossOf(same)).toBeCloseTo(Math.log1p(Math.exp(-1)), 5);
    expect(lossOf(normal(2 * 3 * 7, 3))).toBeGreaterThan(1);
  });

  it('has as much of a say as it is given', () => {
    const output = normal(2 * 3 * 7, 2);
    const [once, thrice] = [new Float32Array(output.length), new Float32Array(output.length)];
    expect(teachingLoss(output, target, shape, frameCounts, 1, once)).toBe(
      teachingLoss(output, target, shape, frameCounts, 3, thrice),
    );
    thrice.forEach((x, i) => expect(x).toBeCloseTo(3 * once[i]!, 6));
  });
});

describe('what a teacher heard', () => {
  it('lies between its frames where the sound is played at another speed', () => {
    const heard = Float32Array.from([0, 10, 1, 11, 2, 12, 3, 13]);
    const stretched = (speed: number, frames: number): number[] => {
      const into = new Float32Array(2 * frames);
      stretch(heard, 2, speed, into);
      return [...into];
    };
    expect(stretched(1, 4)).toEqual([...heard]);
    expect(stretched(0.5, 3)).toEqual([0, 10, 0.5, 10.5, 1, 11]);
    // Rounding may ask for a frame more than there is.
    expect(stretched(1.5, 3)).toEqual([0, 10, 1.5, 11.5, 3, 13]);
    expect(stretched(2, 3)).toEqual([0, 10, 2, 12, 3, 13]);
  });

  it('was heard in windows of 30 s, with a second of silence between recordings', () => {
    const seconds = [10, 10.01, 12, 3, 40, 1];
    const windows = pack(seconds.map((length) => ({ samples: Math.round(length * 16000) })));
    expect(windows.map(({ recordings }) => recordings.map(({ samples }) => samples / 16000))).toEqual([
      [10, 10.01],
      [12, 3],
      [40],
      [1],
    ]);
    expect(windows[0]!.firsts).toEqual([0, 550]);
    for (const { recordings, firsts } of windows)
      recordings.slice(1).forEach((_, i) => {
        expect(firsts[i + 1]! * 320 - firsts[i]! * 320 - recordings[i]!.samples).toBeGreaterThanOrEqual(16000);
      });
  });
});
