import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Alphabet } from '../../src/decode/alphabet.ts';
import { beamSearch } from '../../src/decode/beam.ts';
import { greedy } from '../../src/decode/greedy.ts';
import { Hotwords } from '../../src/decode/hotwords.ts';
import { Lexicon } from '../../src/decode/lexicon.ts';
import { Random } from '../../src/support/random.ts';
import { Arpa } from './arpa.ts';

const letters: Alphabet = { tokens: ['', ' ', 'a', 'b'], blank: 0, delimiter: 1 };
/** Nothing is pruned. */
const everything = { beamWidth: 3000, beamPruneLogp: -1e9, tokenMinLogp: -1e9 };

/** Of up to so many frames, random, so that no two paths are equally likely. */
const matrix = (tokens: number, most: number): fc.Arbitrary<Float32Array> =>
  fc.tuple(fc.integer({ min: 1, max: most }), fc.integer()).map(([frames, seed]) => {
    const random = new Random(seed);
    return Float32Array.from({ length: frames * tokens }, () => 2 * random.normal());
  });

/** One path: what it writes, its log probability and its runs. */
interface Path {
  text: string;
  log: number;
  tokens: { token: number; start: number; end: number; mass: number }[];
}

/** Every path there is. */
function paths(logits: Float32Array, alphabet: Alphabet): Path[] {
  const { tokens, blank, delimiter } = alphabet;
  const frames = logits.length / tokens.length;
  const log = (t: number, k: number): number => {
    const row = logits.subarray(t * tokens.length, (t + 1) * tokens.length);
    return row[k]! - Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
  };
  let all: number[][] = [[]];
  for (let t = 0; t < frames; t++) all = all.flatMap((path) => tokens.map((_, k) => [...path, k]));
  return all.map((path) => {
    const runs: Path['tokens'] = [];
    path.forEach((token, t) => {
      const mass = Math.exp(log(t, token));
      if (token === blank) return;
      if (t > 0 && path[t - 1] === token) {
        runs.at(-1)!.end = t + 1;
        runs.at(-1)!.mass += mass;
      } else runs.push({ token, start: t, end: t + 1, mass });
    });
    const text = runs
      .map(({ token }) => (token === delimiter ? ' ' : tokens[token]!))
      .join('')
      .replace(/ +/g, ' ')
      .trim();
    return { text, log: path.reduce((sum, token, t) => sum + log(t, token), 0), tokens: runs };
  });
}

function byText(all: Path[]): Map<string, { log: number; best: Path }> {
  const texts = new Map<string, { log: number; best: Path }>();
  for (const path of all) {
    const known = texts.get(path.text);
    if (!known) texts.set(path.text, { log: path.log, best: path });
    else {
      known.log = Math.log(Math.exp(known.log) + Math.exp(path.log));
      if (path.log > known.best.log) known.best = path;
    }
  }
  return texts;
}

it('sums every path of every text, where nothing is pruned', () => {
  fc.assert(
    fc.property(matrix(4, 5), (logits) => {
      const expected = byText(paths(logits, letters));
      const hypotheses = beamSearch(logits, 0, logits.length / 4, letters, everything);
      expect(new Set(hypotheses.map(({ text }) => text))).toEqual(new Set(expected.keys()));
      expect(hypotheses.length).toBe(expected.size);
      for (const { text, logitScore, lmScore } of hypotheses) {
        expect(logitScore).toBeCloseTo(expected.get(text)!.log, 9);
        expect(lmScore).toBe(logitScore);
      }
      hypotheses.slice(1).forEach(({ lmScore }, i) => expect(lmScore).toBeLessThanOrEqual(hypotheses[i]!.lmScore));
    }),
    { numRuns: 15 },
  );
});

it('takes times and confidences from the likeliest path to each text', () => {
  fc.assert(
    fc.property(matrix(4, 5), (logits) => {
      const expected = byText(paths(logits, letters));
      for (const { text, ids, starts, ends, confidences, words } of beamSearch(
        logits,
        0,
        logits.length / 4,
        letters,
        everything,
      )) {
        const { best } = expected.get(text)!;
        const runs = best.tokens.filter(({ token }) => token !== 1);
        const written = [...ids.keys()].filter((i) => ids[i] !== 1);
        expect(written.map((i) => [ids[i], starts[i], ends[i]])).toEqual(
          runs.map(({ token, start, end }) => [token, start, end]),
        );
        written.forEach((i, n) =>
          expect(confidences[i]).toBeCloseTo(runs[n]!.mass / (runs[n]!.end - runs[n]!.start), 5),
        );
        expect(words.map(({ word }) => word).join(' ')).toBe(text);
        for (const { start, end, confidence } of words) {
          expect(start).toBeLessThan(end);
          expect(confidence).toBeGreaterThan(0);
          expect(confidence).toBeLessThanOrEqual(1);
        }
      }
    }),
    { numRuns: 15 },
  );
});

it('gives the likeliest text of two tokens that spell it in two ways', () => {
  const alphabet = { tokens: ['', '|', 'n', 'g', 'ng'], blank: 0, delimiter: 1 };
  fc.assert(
    fc.property(matrix(5, 4), (logits) => {
      const expected = byText(paths(logits, alphabet));
      const hypotheses = beamSearch(logits, 0, logits.length / 5, alphabet, everything);
      expect(hypotheses.length).toBe(expected.size);
      for (const { text, logitScore } of hypotheses) expect(logitScore).toBeCloseTo(expected.get(text)!.log, 9);
    }),
    { numRuns: 10 },
  );
});

it('is greedy decoding where only the likeliest token of each frame counts', () => {
  fc.assert(
    fc.property(matrix(4, 30), (logits) => {
      const frames = logits.length / 4;
      const [only] = beamSearch(logits, 0, frames, letters, { tokenMinLogp: 0 });
      const spelt = [...greedy(logits, 0, frames, 4, 0)].map((id) => letters.tokens[id]).join('');
      expect(only!.text).toBe(spelt.replace(/ +/g, ' ').trim());
    }),
  );
});

it('reads one row of a batch, and gives one empty hypothesis without frames', () => {
  const rows = Float32Array.of(9, 9, 9, 9, 0, 0, 5, 0, 0, 0, 0, 5, 9, 9, 9, 9);
  expect(beamSearch(rows, 4, 2, letters)[0]!.text).toBe('ab');
  const [nothing, ...others] = beamSearch(rows, 0, 0, letters);
  expect(others).toEqual([]);
  expect(nothing).toMatchObject({ text: '', words: [], logitScore: 0, lmScore: 0 });
});

it('is not shaken by logits that are no numbers, or infinite', () => {
  fc.assert(
    fc.property(fc.array(fc.float(), { minLength: 24, maxLength: 24 }), (logits) => {
      const hypotheses = beamSearch(Float32Array.from(logits), 0, 6, letters);
      expect(hypotheses.length).toBeGreaterThan(0);
      for (const { lmScore } of hypotheses) expect(Number.isFinite(lmScore)).toBe(true);
    }),
  );
});

it('passes over tokens that write nothing, and takes all for one word without a delimiter', () => {
  const alphabet = { tokens: ['', '', 'a', 'b'], blank: 0, delimiter: -1 };
  const [only] = beamSearch(Float32Array.of(0, 9, 3, 0, 0, 9, 0, 3), 0, 2, alphabet, { tokenMinLogp: 0 });
  expect(only!.words.map(({ word, start, end }) => [word, start, end])).toEqual([['ab', 0, 2]]);
});

it('writes only words of the lexicon, whatever is heard, and the likeliest of them', () => {
  const words = ['a', 'aba', 'bb'];
  fc.assert(
    fc.property(matrix(4, 5), (logits) => {
      const frames = logits.length / 4;
      const allowed = new Map(
        [...byText(paths(logits, letters))].filter(([text]) =>
          text.split(' ').every((word) => word === '' || words.includes(word)),
        ),
      );
      const lexicon = new Lexicon(words);
      const hypotheses = beamSearch(logits, 0, frames, letters, { ...everything, lexicon });
      expect(new Set(hypotheses.map(({ text }) => text))).toEqual(new Set(allowed.keys()));
      for (const { text, logitScore } of hypotheses) expect(logitScore).toBeCloseTo(allowed.get(text)!.log, 9);
      for (const { words: written } of beamSearch(logits, 0, frames, letters, { lexicon, beamWidth: 2 }))
        for (const { word } of written) expect(words).toContain(word);
    }),
    { numRuns: 15 },
  );
});

it('leaves out a last word that the lexicon would have gone on with, where nothing else is left', () => {
  const logits = Float32Array.of(0, 0, 30, 0, 0, 30, 0, 0, 0, 0, 30, 0, 0, 0, 0, 30);
  const lexicon = new Lexicon(['a', 'abba']);
  const [only, ...others] = beamSearch(logits, 0, 4, letters, { lexicon });
  expect(others).toEqual([]);
  expect(only).toMatchObject({ text: 'a', words: [{ word: 'a', start: 0, end: 1 }] });
  expect([...only!.ids]).toEqual([2]);
});

const arpa = `\\data\\
\\1-grams:
-2\t<unk>\t0
0\t<s>\t-0.25
-0.5\t</s>\t0
-0.75\t|\t-0.125
-0.5\ta\t-0.5
-1.25\tb\t-0.25
\\2-grams:
-0.25\t<s> a
-1.5\ta a
-0.375\ta |
-0.5\t| b
-1\tb </s>
\\end\\
`;

it('scores every grapheme and every delimiter between words with a model of characters', () => {
  const alphabet = { tokens: ['', '|', 'a', 'b', 'c'], blank: 0, delimiter: 1 };
  const weights = { alpha: 0.75, beta: 0.5, unkScoreOffset: -3, wordBonus: 0.25 };
  const ofText = (text: string): number => {
    const lm = new Arpa(arpa, 'character');
    let [state, score] = [lm.begin, 0];
    for (const token of text.replaceAll(' ', '|')) {
      const log10 = lm.score(state, lm.idOf(token)) + (lm.has(token) ? 0 : weights.unkScoreOffset);
      score += weights.alpha * Math.LN10 * log10 + weights.beta;
      state = lm.next;
    }
    const words = text.split(' ').filter((word) => word !== '').length;
    return score + weights.alpha * Math.LN10 * lm.scoreEnd(state) + weights.wordBonus * words;
  };
  fc.assert(
    fc.property(matrix(5, 4), (logits) => {
      const expected = byText(paths(logits, alphabet));
      const hypotheses = beamSearch(logits, 0, logits.length / 5, alphabet, {
        ...everything,
        ...weights,
        lm: new Arpa(arpa, 'character'),
      });
      expect(hypotheses.length).toBe(expected.size);
      for (const { text, logitScore, lmScore } of hypotheses) {
        expect(logitScore).toBeCloseTo(expected.get(text)!.log, 9);
        expect(lmScore - logitScore).toBeCloseTo(ofText(text), 9);
      }
    }),
    { numRuns: 10 },
  );
});

it("adds each hotword's own weight, and the word bonus, without a language model", () => {
  const hotwords = new Hotwords(
    new Map([
      ['ab', 2],
      ['b aa', 3],
    ]),
  );
  fc.assert(
    fc.property(matrix(4, 5), (logits) => {
      for (const { text, words, logitScore, lmScore } of beamSearch(logits, 0, logits.length / 4, letters, {
        ...everything,
        hotwords,
        wordBonus: -1,
      })) {
        const worth = { ab: 2, b: 3, aa: 3 } as Record<string, number>;
        expect(lmScore - logitScore, text).toBeCloseTo(
          words.reduce((sum, { word }) => sum + (worth[word] ?? 0) - 1, 0),
          9,
        );
      }
    }),
    { numRuns: 10 },
  );
});

it('goes on with the language model where another search left it', () => {
  const alphabet = { tokens: [' ', 'b', 'g', 'n', 's', 'u', 'y', ''], blank: 7, delimiter: 0 };
  const lm = Arpa.read('test/fixtures/beam/bugs-bunny.arpa');
  const settings = { lm, unigrams: Lexicon.known(['bugs', 'bunny'], lm) };
  const rows = (paths: Record<string, number>, frames: number): Float32Array => {
    const logits = new Float32Array(frames * 8).fill(-34);
    for (const [path, p] of Object.entries(paths))
      [...path].forEach((c, t) => {
        const at = t * 8 + (c === '-' ? 7 : alphabet.tokens.indexOf(c));
        logits[at] = Math.log(Math.exp(logits[at]!) + p);
      });
    return logits;
  };
  const first = beamSearch(rows({ bugs: 1 }, 4), 0, 4, alphabet, settings)[0]!;
  const second = rows({ 'bugs--': 0.51, 'bun-ny': 0.49 }, 6);
  expect(beamSearch(second, 0, 6, alphabet, settings)[0]!.text).toBe('bugs');
  expect(beamSearch(second, 0, 6, alphabet, { ...settings, lmStartState: first.lmState })[0]!.text).toBe('bunny');
});
