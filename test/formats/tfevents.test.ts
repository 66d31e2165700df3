import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { writeTfevents, type Scalar } from '../../src/formats/tfevents.ts';

const fixture = (name: string): Promise<Buffer> => readFile(`test/fixtures/tensorboard/${name}`);

it('scalars are written as TensorBoard’s own reader has read them', async () => {
  const scalars = JSON.parse(String(await fixture('scalars.json'))) as Scalar[];
  const written = Buffer.from(await writeTfevents(scalars));
  expect(written.equals(await fixture('events.out.tfevents.1795737600.isogloss')), 'byte for byte').toBe(true);

  const read = JSON.parse(String(await fixture('read-by-tensorboard.json'))) as Record<string, unknown[]>;
  const expected: typeof read = {};
  for (const { tag, step, value, time } of scalars) (expected[tag] ??= []).push([step, Math.fround(value), time]);
  expect(read).toEqual(expected);
});
