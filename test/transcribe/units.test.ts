import { expect, it } from 'vitest';
import type { Job } from '../../src/transcribe/batch/plan.ts';
import { unitsOf } from '../../src/transcribe/queue/units.ts';

const jobsOf = (bytes: readonly number[]): Job[] =>
  bytes.map((size, i) => ({
    recording: `/tapes/${i}.wav`,
    input: { bytes: size, modified: i },
    targets: [],
  }));
const short = jobsOf(new Array<number>(1000).fill(32_000));
const sizes = (jobs: readonly Job[]): number[] => [...unitsOf(jobs)].map((unit) => unit.jobs.length);

it('short recordings go together, all of them once and in order', () => {
  expect([...unitsOf(short)].flatMap((unit) => unit.jobs)).toEqual(short);
  expect(sizes(short).length).toBeLessThan(100);
  expect(new Set([...unitsOf(short)].map(({ id }) => id)).size).toBe(sizes(short).length);
});

it('long ones go alone, and so do a few', () => {
  expect(sizes(jobsOf([32_000, 5e6, 5e6, 32_000]))).toEqual([1, 1, 1, 1]);
  expect(sizes(jobsOf(new Array<number>(300).fill(2e6)))).toEqual(new Array(300).fill(1));
  expect(sizes(short.slice(0, 40))).toEqual(new Array(40).fill(1));
});

it('of an archive that was done in part, what is left is parted as before', () => {
  const before = new Set([...unitsOf(short)].map(({ id }) => id));
  const [, ...rest] = [...unitsOf(short.slice(203))];
  expect(rest.filter(({ id }) => !before.has(id))).toEqual([]);
});

it('a recording that has changed is asked for by another name', () => {
  const [before] = unitsOf(short.slice(0, 1));
  const [after] = unitsOf([{ ...short[0]!, input: { bytes: 32_000, modified: 77 } }]);
  expect(before!.id).not.toBe(after!.id);
});
