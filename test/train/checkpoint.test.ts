import fc from 'fast-check';
import { mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/support/errors.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.ts';

let file: string;
beforeAll(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), 'checkpoint-')), 'last.ckpt');
});

const weights = new Map([
  ['a', Float32Array.of(1, 2, 3)],
  ['b', Float32Array.of(-1)],
]);
const moments = { mean: new Map([['a', Float32Array.of(4, 5, 6)]]), square: new Map(), step: 7 };

describe('a checkpoint', () => {
  it('gives back what was saved', async () => {
    await writeCheckpoint(file, weights, moments, { epoch: 3 });
    expect(await readCheckpoint(file)).toEqual({ weights, moments, state: { epoch: 3 } });
    expect(await readCheckpoint(`${file}.none`)).toBeUndefined();
  });

  it('that was cut or changed anywhere is refused by name', async () => {
    await writeCheckpoint(file, weights, moments, { epoch: 3 });
    const sound = await readFile(file);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: sound.length - 1 }), fc.boolean(), async (at, cut) => {
        await writeFile(
          file,
          sound.map((byte, i) => (i === at ? byte ^ 64 : byte)),
        );
        if (cut) await truncate(file, at);
        const error = await readCheckpoint(file).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(InputError);
        expect((error as InputError).place).toEqual({ file });
        expect((error as InputError).next).toMatch(/Delete the folder checkpoints/);
      }),
    );
  });
});
