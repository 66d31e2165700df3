import { expect, it } from 'vitest';
import { featureExamples } from '../../src/train/feature-examples.ts';
import type { LoadedBatch } from '../../src/train/examples.ts';

const WIDTH = 3;
const frames = [4, 2, 5];
const numbersOf = (example: number): Float32Array =>
  Float32Array.from({ length: frames[example]! * WIDTH }, (_, i) => 100 * example + i);

function examples() {
  const read: number[] = [];
  const all = featureExamples(
    frames,
    WIDTH,
    frames.map(() => Int32Array.of(1)),
    (index, memory) => {
      read.push(index);
      memory.set(numbersOf(index));
      return Promise.resolve(numbersOf(index).length);
    },
  );
  return { read, all, load: (): Promise<LoadedBatch> => all.load({ frames: 6, examples: [2, 0, 1] }) };
}

it('examples stay in memory as far as they may, and are the same', async () => {
  const { read, all, load } = examples();
  const bytes = (count: number): number => frames.slice(0, count).reduce((sum, n) => sum + n * WIDTH * 4, 0);
  expect(all.hold!(bytes(3) - 1)).toBe(bytes(2));
  const first = await load();
  expect(read.splice(0).sort()).toEqual([0, 1, 2]);
  expect(await load()).toEqual(first);
  expect(read).toEqual([2]);
});

it('examples are read each time where there is no room', async () => {
  const { read, all, load } = examples();
  expect(all.hold!(0)).toBe(0);
  expect(await load()).toEqual(await load());
  expect(read).toHaveLength(6);
});
