import { expect, it } from 'vitest';
import type { Item } from '../../src/dataset/prepare.ts';
import { Random } from '../../src/support/random.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { joinedRecordings } from '../../src/train/joined.ts';

const vocabulary = Vocabulary.build([['a', 'b', 'c']]);
const random = new Random(1);
/** Loud, but for its first tenth of a second. */
const sound = (samples: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => (i < 1600 ? 0.001 : 0.2) * random.normal());
const items = Array.from({ length: 40 }, (_, i): Item => {
  const tokens = [...'abc'].slice(0, 1 + (i % 3));
  return {
    ...{ folder: '', text: tokens.join(''), tokens, key: `k${i}`, samples: 16_000 + 100 * i },
    utterance: { id: `u${i}`, audio: `${i}.wav`, text: tokens.join('') },
    target: vocabulary.encode(tokens).ids,
  };
});
const sounds = new Map(items.map((item) => [item, sound(item.samples)]));
const corpus = { vocabulary, read: (item: Item) => Promise.resolve(sounds.get(item)!) };

it('joins utterances by a pause as quiet as their room, with a word break between what is written', async () => {
  const pairs = joinedRecordings(items, corpus, 1, 7);
  expect(pairs.length).toBe(items.length);
  for (const [i, pair] of pairs.entries()) {
    const [first, samples] = [items[i]!, await pair.read()];
    expect(samples.length).toBe(pair.samples);
    const second = items.find(({ key }) => pair.key.endsWith(` ${key}`))!;
    const pause = samples.subarray(first.samples, samples.length - second.samples);
    expect(pause.length / 16_000).toBeGreaterThanOrEqual(0.3);
    expect(pause.length / 16_000).toBeLessThanOrEqual(1.5);
    const level = Math.sqrt(pause.reduce((sum, x) => sum + x * x, 0) / pause.length);
    expect(level).toBeGreaterThan(0.0005);
    expect(level).toBeLessThan(0.002);
    expect([...pair.target]).toEqual([...first.target, vocabulary.delimiter, ...second.target]);
    expect(samples.subarray(0, first.samples).every((x, t) => x === sounds.get(first)![t])).toBe(true);
    expect(samples.subarray(-second.samples).every((x, t) => x === sounds.get(second)![t])).toBe(true);
  }
});

it('joins a share of them, the same with the same seed, none too long', () => {
  const some = joinedRecordings(items, corpus, 0.5, 7);
  expect(some.length).toBeGreaterThan(8);
  expect(some.length).toBeLessThan(32);
  const keys = (share: number, seed: number): string[] =>
    joinedRecordings(items, corpus, share, seed).map(({ key }) => key);
  expect(keys(0.5, 7)).toEqual(some.map(({ key }) => key));
  expect(keys(0.5, 8)).not.toEqual(keys(0.5, 7));
  expect(keys(0, 7)).toEqual([]);
  const long = items.map((item) => ({ ...item, samples: 10 * 16_000 }));
  expect(joinedRecordings(long, corpus, 1, 7)).toEqual([]);
});
