import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Folder } from '../../../src/corpus/import/folder.ts';
import { HashedNumbers } from '../../../src/corpus/import/hashed-numbers.ts';

it('numbers by texts are what a Map would have, however many there are', () => {
  const pairs = fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 4 }), fc.integer({ min: 0, max: 1 << 24 })));
  fc.assert(
    fc.property(pairs, pairs, (some, others) => {
      const [ours, theirs] = [new HashedNumbers(), new Map(some)];
      for (const [text, number] of some) ours.set(text, number);
      expect(ours.size).toBe(theirs.size);
      for (const [text] of [...some, ...others]) {
        expect(ours.has(text)).toBe(theirs.has(text));
        expect(ours.get(text)).toBe(theirs.get(text));
      }
    }),
  );
  const many = new HashedNumbers();
  for (let i = 0; i < 100_000; i++) many.set(`clip_${i}.mp3`, i);
  expect([0, 1, 50_000, 99_999, 100_000].map((i) => many.get(`clip_${i}.mp3`))).toEqual([
    0,
    1,
    50_000,
    99_999,
    undefined,
  ]);
});

it('a folder has the files that are in it, and no others', () =>
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 3 })),
      fc.string({ maxLength: 3 }),
      (files, other) => {
        const folder = new Folder('x', [...files].sort());
        expect([...files, other].map((file) => folder.has(file))).toEqual([
          ...files.map(() => true),
          files.includes(other),
        ]);
      },
    ),
  ));
