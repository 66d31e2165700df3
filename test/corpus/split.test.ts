import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCorpus, type SplitRule } from '../../src/corpus/split.ts';
import type { Utterance } from '../../src/corpus/utterance.ts';

const corpus = fc
  .array(
    fc.record({
      text: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
      audio: fc.integer({ min: 0, max: 40 }),
      duration: fc.integer({ min: 1, max: 20 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((list): Utterance[] =>
    list.map((u, i) => ({ id: `u${i}`, audio: `${u.audio}.wav`, text: u.text, duration: u.duration })),
  );
const rule = (trainMinutes?: number, seed = 1): SplitRule => ({
  seed,
  test: { minutes: 1 },
  dev: { minutes: 0.5 },
  train: { minutes: trainMinutes },
});
const ids = (part: readonly Utterance[]): string[] => part.map((u) => u.id).sort();
const key = (u: Utterance): string => u.text;

describe('a split', () => {
  it('shares no text and no recording between its parts, and loses nothing', () => {
    fc.assert(
      fc.property(corpus, (utterances) => {
        const { train, dev, test, unused } = splitCorpus(utterances, rule(1), key);
        const parts = [train, dev, test, unused];
        expect(ids(parts.flat())).toEqual(ids(utterances));
        for (const field of ['text', 'audio'] as const) {
          const sets = parts.map((part) => new Set(part.map((u) => u[field])));
          sets.forEach((a, i) => sets.slice(i + 1).forEach((b) => expect([...a].filter((x) => b.has(x))).toEqual([])));
        }
      }),
    );
  });

  it('is the same for the same seed, in whatever order the utterances come', () => {
    fc.assert(
      fc.property(corpus, (utterances) => {
        const [a, b] = [splitCorpus(utterances, rule(), key), splitCorpus([...utterances].reverse(), rule(), key)];
        expect([ids(a.test), ids(a.dev), ids(a.train)]).toEqual([ids(b.test), ids(b.dev), ids(b.train)]);
      }),
    );
  });

  it('neither tests on what an earlier training learnt, nor learns what it tested on', () => {
    fc.assert(
      fc.property(corpus, fc.integer({ min: 0, max: 3 }), (utterances, seed) => {
        const earlier = splitCorpus(utterances, rule(), key);
        const reserved = {
          trained: new Set(earlier.train.map(key)),
          tested: new Set([...earlier.dev, ...earlier.test].map(key)),
        };
        const { train, dev, test } = splitCorpus(utterances, { ...rule(), seed }, key, reserved);
        expect([...dev, ...test].filter((u) => reserved.trained.has(key(u)))).toEqual([]);
        expect(train.filter((u) => reserved.tested.has(key(u)))).toEqual([]);
      }),
    );
  });

  it('tests on the same utterances however many minutes train', () => {
    fc.assert(
      fc.property(corpus, (utterances) => {
        const [little, all] = [splitCorpus(utterances, rule(0.1), key), splitCorpus(utterances, rule(), key)];
        expect(ids(little.test)).toEqual(ids(all.test));
        expect(ids(little.dev)).toEqual(ids(all.dev));
        const more = new Set(ids(all.train));
        expect(ids(little.train).every((id) => more.has(id))).toBe(true);
      }),
    );
  });
});
