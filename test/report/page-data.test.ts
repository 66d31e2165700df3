import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportClient } from '../../scripts/report-client.ts';
import { alignPairs, errorsOf } from '../../src/evaluate/score.ts';
import type { Payload } from '../../src/report/client/payload.ts';
import { graphemeTest, Selector, type Query, type Sort } from '../../src/report/client/select.ts';
import { jsonScript } from '../../src/report/embed.ts';
import { byLength, bySnr, bySpeaker } from '../../src/report/groups.ts';
import { intervalRows } from '../../src/report/interval-rows.ts';
import { languageModelSurface, layerWeights } from '../../src/report/learned.ts';
import { payloadOf } from '../../src/report/payload.ts';
import { madeUpReport } from './made-up-report.ts';

const data = madeUpReport(400);
const payload = payloadOf(data);

it('the client in the package is the one of its sources', () => {
  expect(readFileSync('vendor/report-client.js', 'utf8')).toBe(reportClient());
});

describe('data in a page', () => {
  const contentOf = (script: string): string =>
    /^<script type="application\/json" id="x">(.*)<\/script>$/s.exec(script)![1]!;

  it('comes back as it was, whatever it says, and never ends its script', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const content = contentOf(jsonScript('x', value));
        expect(content).not.toContain('<');
        expect(JSON.parse(content)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is compressed where it is long', () => {
    const value = Array.from({ length: 30_000 }, (_, i) => `word ${i % 700}`);
    const content = contentOf(jsonScript('x', value));
    expect(content.length).toBeLessThan(JSON.stringify(value).length / 4);
    expect(JSON.parse(gunzipSync(Buffer.from(JSON.parse(content) as string, 'base64')).toString())).toEqual(value);
  });

  it('counts every token and every error once', () => {
    const errors = data.utterances.reduce((sum, { pair }) => sum + errorsOf(pair.tokens), 0);
    expect(payload.confusions.reduce((sum, [, , times]) => sum + times, 0)).toBe(errors);
    expect(payload.utterances.sides[0]!.edits!.flat().length).toBe(errors);
    expect(payload.tokens.reduce((sum, [, times]) => sum + times, 0)).toBe(
      data.utterances.reduce((sum, { pair }) => sum + pair.referenceTokens.length, 0),
    );
    expect(
      payload.confusions
        .slice(0, 5)
        .map(([reference, hypothesis, count]) => ({ reference, hypothesis, count }))
        .map((c) => c.count),
    ).toEqual(data.confusions.slice(0, 5).map((c) => c.count));
  });

  it('has a letter for each step of a word alignment', () => {
    const { pair } = data.utterances[0]!;
    expect(payload.utterances.sides[0]!.words[0]!.length).toBe(pair.words.steps.length);
    expect(payload.utterances.sides[0]!.words.join('').replaceAll('=', '').length).toBe(
      data.utterances.reduce((sum, u) => sum + errorsOf(u.pair.words), 0),
    );
  });
});

describe('the utterances that a query asks for', () => {
  const sorts: Sort[] = ['cer', 'errors', 'length', 'snr', 'id', 'change'];
  const queries: fc.Arbitrary<Query> = fc.record({
    sort: fc.constantFrom(...sorts),
    descending: fc.boolean(),
    errorsOnly: fc.boolean(),
    speaker: fc.constantFrom('', 'speaker-1', 'nobody'),
    grapheme: fc.constantFrom('', 'q', 'è'),
    text: fc.constantFrom('', 'PREMERE', 'prompts/0001'),
    seconds: fc.constantFrom([0, Infinity] as const, [1, 2] as const),
  });

  it('are all of those and no others, in order', () => {
    const selector = new Selector(payload);
    fc.assert(
      fc.property(queries, (query) => {
        const found = selector.select(query);
        const wanted = data.utterances.flatMap(({ pair, speaker }, i) => {
          const text = `${pair.id}\n${pair.reference}\n${pair.hypothesis}`;
          const seconds = payload.utterances.seconds![i]!;
          return (!query.errorsOnly || errorsOf(pair.tokens) > 0) &&
            (!query.speaker || speaker === query.speaker) &&
            pair.reference.includes(query.grapheme!) &&
            text.includes(query.text!.toLowerCase()) &&
            seconds >= query.seconds![0] &&
            seconds < query.seconds![1]
            ? [i]
            : [];
        });
        expect([...found].sort((a, b) => a - b)).toEqual(wanted);
        const keys = [...found].map(
          (i) =>
            ({
              cer: selector.cer(i),
              errors: payload.utterances.sides[0]!.errors[i]!,
              length: payload.utterances.seconds![i]!,
              snr: payload.utterances.snr![i]!,
              id: i,
              change: 0,
            })[query.sort],
        );
        const sorted = keys.toSorted((a, b) => (query.descending ? b - a : a - b));
        expect(keys).toEqual(sorted);
      }),
    );
  });
});

describe('whether a text has a grapheme', () => {
  const test = (grapheme: string, about: Partial<Pick<Payload, 'unit' | 'profile'>> = {}) =>
    graphemeTest(grapheme, { unit: 'graphemes', profile: [], ...about });

  it('keeps to the orthography profile', () => {
    expect(test('n', { profile: ['ng'] })('sang')).toBe(false);
    expect(test('n', { profile: ['ng'] })('sand')).toBe(true);
    expect(test('ng', { profile: ['ng'] })('sang')).toBe(true);
  });

  it('does not take a letter with a mark for the letter', () => {
    expect(test('ɔ')('ɔ\u0301')).toBe(false);
    expect(test('ɔ')('ɔ\u0301 ɔ')).toBe(true);
  });

  it('takes phones whole, and signs as they are', () => {
    expect(test('ə', { unit: 'phones' })('t əʊ')).toBe(false);
    expect(test('ə', { unit: 'phones' })('t ə')).toBe(true);
    expect(test('.')('abc')).toBe(false);
    expect(test('|')('a b')).toBe(true);
  });
});

describe('errors by group', () => {
  it('puts each utterance into one group', () => {
    for (const rows of [bySpeaker(data.utterances), byLength(data.utterances), bySnr(data.utterances)])
      expect(rows.reduce((sum, row) => sum + row.utterances!, 0)).toBe(400);
  });

  it('has rates and intervals of a ratio', () => {
    const pair = (errors: number, tokens: number) =>
      alignPairs(
        [
          {
            id: 'x',
            reference: 'a'.repeat(tokens),
            hypothesis: 'b'.repeat(errors) + 'a'.repeat(tokens - errors),
            seconds: 1.5,
          },
        ],
        (text) => [...text],
      )[0]!;
    const [row] = byLength(
      [
        [1, 10],
        [3, 10],
        [2, 20],
      ].map(([errors, tokens]) => ({ pair: pair(errors!, tokens!) })),
    );
    expect(row!.rate).toBeCloseTo(6 / 40);
    // Residuals −0.5, 1.5, −1: √(3/2 · 3.5) · 1.96 / 40.
    expect(row!.interval![1] - row!.rate).toBeCloseTo((1.96 * Math.sqrt(1.5 * 3.5)) / 40);
    const alone = byLength([{ pair: pair(1, 10) }]);
    expect(alone[0]!.interval).toBeUndefined();
    expect(intervalRows('x', alone)).not.toContain('class="band"');
  });
});

describe('what the model learnt', () => {
  it('frames what was chosen, else the lowest', () => {
    const surface = {
      measuredOn: 'dev',
      alphas: [0, 1],
      betas: [0, 1],
      cer: [
        [0.4, 0.3],
        [0.2, 0.5],
      ],
    };
    expect(/class="best"[^>]*>([\d.]+)/.exec(languageModelSurface(surface))![1]).toBe('20.0');
    expect(
      /class="best"[^>]*>([\d.]+)/.exec(
        languageModelSurface({ ...surface, chosen: { alpha: 0, beta: 1, cer: 0.3 } }),
      )![1],
    ).toBe('30.0');
    const between = languageModelSurface({ ...surface, chosen: { alpha: 0.875, beta: 0.125, cer: 0.19 } });
    expect(/class="best"[^>]*>([\d.]+)/.exec(between)![1]).toBe('20.0');
    expect(between).toMatch(/Finer steps around it found what was chosen: α 0\.875 and β 0\.125, 19\.0\s%\./);
    expect(languageModelSurface(undefined)).toBe('');
  });

  it('has nothing to say of a single layer', () => {
    expect(layerWeights([{ layer: 3, weight: 1 }])).toBe('');
    expect(
      layerWeights([
        { layer: 0, weight: 0.25 },
        { layer: 1, weight: 0.75 },
      ]).match(/<li>/g),
    ).toHaveLength(2);
  });
});
