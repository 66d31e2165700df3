import { expect, it } from 'vitest';
import type { Item } from '../../src/dataset/prepare.ts';
import { recipeSchema } from '../../src/recipe/schema.ts';
import { changedCopies } from '../../src/train/changed-copies.ts';
import { speechlike } from '../model/small-model.ts';

const sound = speechlike(1);
const items = [{ key: 'a', samples: sound.length, target: Int32Array.of(1) } as Item];
const prepared = { read: () => Promise.resolve(sound) };
const { augment } = recipeSchema.parse({
  ...{ name: 'x', language: 'it', corpus: 'x' },
  training: { copies: 3, augment: { reverberation: { probability: 0.5 } } },
}).training;

const copiesOf = (seed: number) => changedCopies(items, prepared, { copies: 3, augment: augment!, seed });

it('copies are as long as they say, each changed in its own way, and always the same', async () => {
  const copies = copiesOf(1);
  const sounds = await Promise.all(copies.map(({ read }) => read()));
  expect(sounds.map(({ length }) => length)).toEqual(copies.map(({ samples }) => samples));
  expect(new Set(sounds.map((samples) => samples.join())).size).toBe(3);
  expect(new Set(copies.map(({ key }) => key)).size).toBe(3);
  expect(await copiesOf(1)[2]!.read()).toEqual(sounds[2]);
  expect(copiesOf(2)[2]!.key).not.toBe(copies[2]!.key);
  // The recording itself stays as it is: it is in a cache, and others read it.
  expect(sound).toEqual(speechlike(1));
});
