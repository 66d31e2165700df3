import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { splitCorpus } from '../../../src/corpus/split/split.ts';
import type { Spoken } from '../../../src/corpus/split/spoken.ts';
import { sha256 } from '../../../src/support/files.ts';
import { codes, corpora, ids, rule, shared } from './corpora.ts';

describe('a split of any corpus of a dozen utterances or more', () => {
  it('has three parts with something in them, and loses nothing', () => {
    fc.assert(
      fc.property(corpora, fc.integer(), (utterances, seed) => {
        const { train, dev, test, unused } = splitCorpus(utterances, rule({ seed }));
        expect([train, dev, test].map((part) => part.length > 0)).toEqual([true, true, true]);
        expect(ids([...train, ...dev, ...test, ...unused])).toEqual(ids(utterances));
      }),
      { numRuns: 500 },
    );
  });

  it('shares no speaker of three or more, no recording and no text, or says so', () => {
    fc.assert(
      fc.property(corpora, (utterances) => {
        const split = splitCorpus(utterances, rule());
        const { train, dev, test } = split;
        const said = codes(split);
        const speakers = new Set(utterances.map(({ speaker }) => speaker)).size;
        for (const of of ['recording', 'text', ...(speakers >= 3 ? (['speaker'] as const) : [])] as const) {
          expect(said.includes(`test-${of}s-in-train`)).toBe(shared(test, train, of) > 0);
          expect(said.includes(`dev-shares-${of}s`)).toBe(shared(dev, [...train, ...test], of) > 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('tests for no longer than asked for and one utterance', () => {
    fc.assert(
      fc.property(corpora, fc.double({ min: 0.05, max: 30, noNaN: true }), (utterances, minutes) => {
        const { test } = splitCorpus(utterances, rule({ test: { minutes } }));
        const seconds = test.map((u) => u.seconds);
        expect(seconds.reduce((a, b) => a + b) - Math.max(...seconds)).toBeLessThanOrEqual(minutes * 60);
      }),
    );
  });

  it('is the same for the same seed, in whatever order the utterances come', () => {
    fc.assert(
      fc.property(corpora, (utterances) => {
        const [a, b] = [splitCorpus(utterances, rule()), splitCorpus([...utterances].reverse(), rule())];
        expect(b).toEqual(a);
      }),
    );
  });

  it('tests on the same utterances however many minutes train, and more minutes have the fewer in them', () => {
    fc.assert(
      fc.property(corpora, fc.double({ min: 0.02, max: 5, noNaN: true }), (utterances, minutes) => {
        const [little, all] = [
          splitCorpus(utterances, rule({ train: { minutes } })),
          splitCorpus(utterances, rule({ train: { minutes: 2 * minutes } })),
        ];
        expect(ids(little.test)).toEqual(ids(all.test));
        expect(ids(little.dev)).toEqual(ids(all.dev));
        const more = new Set(ids(all.train));
        expect(ids(little.train).every((id) => more.has(id))).toBe(true);
      }),
    );
  });

  it('neither tests on what an earlier training learnt, nor learns what it tested on', () => {
    fc.assert(
      fc.property(corpora, fc.integer({ min: 0, max: 3 }), (utterances, seed) => {
        const earlier = splitCorpus(utterances, rule());
        const texts = (part: readonly Spoken[]): Set<string> => new Set(part.map(({ text }) => text));
        const reserved = { trained: texts(earlier.train), tested: texts([...earlier.dev, ...earlier.test]) };
        try {
          const { train, dev, test } = splitCorpus(utterances, rule({ seed }), { reserved });
          expect([...dev, ...test].filter(({ text }) => reserved.trained.has(text))).toEqual([]);
          expect(train.filter(({ text }) => reserved.tested.has(text))).toEqual([]);
        } catch (error) {
          expect(String(error)).toMatch(/earlier training has learnt/);
        }
      }),
    );
  });
});

/** Utterances of three seconds, one after the other in their recordings. */
const spoken = (recording: string, texts: readonly string[], speaker?: string): Spoken[] =>
  texts.map((text, i) => ({
    id: `${recording}-${String(i).padStart(3, '0')}`,
    recording,
    text,
    seconds: 3,
    start: 3 * i,
    end: 3 * i + 3,
    ...(speaker === undefined ? {} : { speaker }),
  }));
const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name} ${i}`);

describe('a split', () => {
  it('is not joined to one by a word that stands in every recording', () => {
    const recordings = Array.from({ length: 10 }, (_, k) => spoken(`r${k}`, [...numbered(`r${k}`, 5), 'si']));
    const split = splitCorpus(recordings.flat(), rule({ test: { minutes: 0.4 }, dev: { minutes: 0.4 } }));
    expect(split.relaxed).toEqual([]);
    expect([split.test.length, split.dev.length]).toEqual([8, 8]);
    // The recordings that are in test or dev are out of train, and “si” is left out where it is rarer.
    expect(split.train.length).toBeGreaterThanOrEqual(36);
    expect(split.train.some(({ text }) => text === 'si')).toBe(true);
  });

  it('leaves a text out of train where test has more of it', () => {
    const recordings = Array.from({ length: 6 }, (_, k) => spoken(`r${k}`, numbered(`r${k}`, 20)));
    const base = splitCorpus(recordings.flat(), rule());
    const tested = base.test[0]!;
    const again: Spoken = { ...base.train[0]!, id: 'zz', text: tested.text, start: 100, end: 103 };
    const { train, test, unused } = splitCorpus([...recordings.flat(), again], rule());
    expect(ids(test)).toEqual(ids(base.test));
    expect(train.map(({ id }) => id)).not.toContain('zz');
    expect(unused.map(({ id }) => id)).toContain('zz');
  });

  it('of one recording is by time, with a gap, and says so', () => {
    const split = splitCorpus(spoken('story', numbered('sentence', 100)), rule());
    expect(codes(split)).toEqual(['test-recordings-in-train', 'dev-shares-recordings']);
    expect(split.relaxed[0]!.what).toMatch(/recordings that training hears too .* better than for a new recording/);
    const times = split.test.map(({ start }) => start!).sort((a, b) => a - b);
    const gaps = split.train.map(({ start, end }) =>
      Math.min(...split.test.map((other) => Math.max(other.start! - end!, start! - other.end!))),
    );
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3);
    // One stretch, or two where it begins before the end and goes on at the beginning.
    expect(times.filter((time, i) => i > 0 && time - times[i - 1]! > 3).length).toBeLessThanOrEqual(1);
  });

  it('of two recordings tests on one that training does not hear', () => {
    const split = splitCorpus([...spoken('a', numbered('a', 60)), ...spoken('b', numbered('b', 60))], rule());
    expect(codes(split)).toEqual(['dev-shares-recordings']);
  });

  it('tests on speakers that training does not hear, where there are three', () => {
    const voices = ['ana', 'bea', 'cem'].flatMap((name) => [
      ...spoken(`${name}-1`, numbered(`${name} one`, 20), name),
      ...spoken(`${name}-2`, numbered(`${name} two`, 20), name),
    ]);
    const split = splitCorpus(voices, rule());
    expect(new Set(split.test.map(({ speaker }) => speaker)).size).toBe(1);
    expect(shared(split.test, [...split.train, ...split.dev], 'speaker')).toBe(0);
    expect(codes(split)).toEqual(['dev-shares-speakers']);
    // Two speakers are too few for that, unless it is asked for.
    const two = voices.filter(({ speaker }) => speaker !== 'cem');
    expect(shared(splitCorpus(two, rule()).test, splitCorpus(two, rule()).train, 'recording')).toBe(0);
    const asked = splitCorpus(two, rule({ by: 'speaker' }));
    expect(shared(asked.test, asked.train, 'speaker')).toBe(0);
  });

  it('where all speakers read the same sentences lets texts cross, and says what that means', () => {
    const voices = numbered('voice', 6).flatMap((name) => spoken(name, numbered('sentence', 20), name));
    const split = splitCorpus(voices, rule());
    expect(shared(split.test, split.train, 'speaker')).toBe(0);
    expect(codes(split)).toContain('test-texts-in-train');
    expect(split.relaxed[0]!.what).toMatch(/better than for new sentences/);
  });

  it('of less speech than is asked for leaves half to train, and says how much it tests on', () => {
    const recordings = Array.from({ length: 20 }, (_, k) => spoken(`r${k}`, numbered(`r${k}`, 10)));
    const split = splitCorpus(recordings.flat(), rule({ test: { minutes: 10 }, dev: { minutes: 5 } }));
    expect(split.relaxed.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^test has 3\.\d of the 10 minutes asked for/),
      expect.stringMatching(/^dev has [12]\.?\d? of the 5 minutes asked for/),
    ]);
    expect(split.train.length).toBeGreaterThan(80);
  });

  it('takes from each speaker for train in the shares that they have', () => {
    const voices = [
      ...spoken('a', numbered('a', 100), 'ana').map((u) => ({ ...u, recording: u.id })),
      ...spoken('b', numbered('b', 50), 'bea').map((u) => ({ ...u, recording: u.id })),
    ];
    const { train } = splitCorpus(voices, rule({ train: { minutes: 1.5 } }));
    expect(train.length).toBe(30);
    expect(train.filter(({ speaker }) => speaker === 'bea').length).toBeGreaterThanOrEqual(8);
    expect(train.filter(({ speaker }) => speaker === 'bea').length).toBeLessThanOrEqual(12);
  });

  it('of the Italian prompts is what it was when their figures were published', () => {
    // Ids, seconds and which texts are the same, of asterisk-it.
    const [, ...lines] = readFileSync('test/fixtures/split/asterisk-it.tsv', 'utf8').trim().split('\n');
    const prompts = lines.map((line): Spoken => {
      const [id, seconds, text] = line.split('\t') as [string, string, string];
      return { id, recording: id, seconds: Number(seconds), text };
    });
    const split = splitCorpus(prompts, rule({ test: { minutes: 5 }, dev: { minutes: 2.5 }, train: { minutes: 10 } }));
    const hashes = [split.train, split.dev, split.test].map((part) => sha256(part.map(({ id }) => id).join('\n')));
    expect(hashes).toEqual([
      'e6808470e1975a42248478e480c9c2154da6b1f7569bb0d1f26c286c18ef00b4',
      'c6599c09f80462e1a2ddf216bfab844b478172168a809ed0aadc40e1db6e46d7',
      '3b56462f0ce1d1316e2df67319e5f44ea0e3e1056396c23f0b76dbd8f35b4988',
    ]);
    expect(split.relaxed).toEqual([]);
  });
});
