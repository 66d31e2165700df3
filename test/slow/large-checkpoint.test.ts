/** @module-tag slow */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.ts';

it('a training with checkpoints of more than 2 GiB goes on from them', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'checkpoint-'));
  const file = path.join(folder, 'last.bin');
  const many = new Float32Array(280_000_000).fill(0.5);
  await writeCheckpoint(
    file,
    new Map([['a', many]]),
    { mean: new Map([['a', many]]), square: new Map(), step: 7 },
    'x',
  );
  const read = (await readCheckpoint(file))!;
  expect([read.moments.step, read.state]).toEqual([7, 'x']);
  expect(read.weights.get('a')!.every((x) => x === 0.5)).toBe(true);
  expect(read.moments.mean.get('a')).toHaveLength(many.length);
  await rm(folder, { recursive: true });
});
