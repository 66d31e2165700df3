import { expect, it } from 'vitest';
import { fitLikeness, UNLIKE, unlikeness, type Pooled } from '../../src/evaluate/likeness.ts';
import { Random } from '../../src/support/random.ts';

const DIMS = 40;

/** Means of features that hang together: two hidden causes, and little noise beside; shorter recordings are farther from the middle. */
function recordings(count: number, seed: string, shift = 0): Pooled[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const frames = 20 + random.int(400);
    const spread = Math.sqrt(200 / frames);
    const [a, b] = [spread * random.normal(), spread * random.normal()];
    const features = Float32Array.from(
      { length: DIMS },
      (_, i) => 5 + a * Math.sin(i) + b * Math.cos(2 * i) + 0.1 * spread * random.normal() + shift * (i % 2 ? 1 : -1),
    );
    return { features, frames };
  });
}

const likeness = fitLikeness(recordings(150, 'train'), recordings(60, 'dev'))!;
const judged = (list: readonly Pooled[]): number[] => list.map((one) => unlikeness(likeness, one));

it('finds recordings of the same kind like those that were learnt from, however long they are', () => {
  const values = judged(recordings(300, 'test'));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.4);
  expect(values.filter((value) => value > UNLIKE).length).toBeLessThan(9);
  // Far longer than any of dev's: nothing is concluded from the line beyond its end.
  const [long] = recordings(1, 'long');
  expect(unlikeness(likeness, { ...long!, frames: 1e6 })).toBe(
    unlikeness(likeness, { ...long!, frames: likeness.lengths.longest }),
  );
});

it('notices a shift that is small beside what recordings differ by, where they never differ in that way', () => {
  // A third of the standard deviation of each number.
  const values = judged(recordings(100, 'elsewhere', 0.3));
  expect(values.filter((value) => value > UNLIKE).length).toBeGreaterThan(85);
});

it('says nothing where there are too few recordings', () => {
  expect(fitLikeness(recordings(7, 'train'), recordings(60, 'dev'))).toBeUndefined();
  expect(fitLikeness(recordings(60, 'train'), recordings(7, 'dev'))).toBeUndefined();
});

it('has an answer with fewer recordings than numbers, and for recordings that are all alike', () => {
  const few = fitLikeness(recordings(10, 'train'), recordings(10, 'dev'))!;
  for (const one of recordings(10, 'test')) expect(Number.isFinite(unlikeness(few, one))).toBe(true);
  const same = Array.from({ length: 10 }, () => ({ features: new Float32Array(DIMS).fill(1), frames: 50 }));
  const alike = fitLikeness(same, same)!;
  expect(unlikeness(alike, same[0]!)).toBeCloseTo(0);
});
