import fc from 'fast-check';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildLanguageModel, trainLanguageModel, type BuildSettings } from '../../src/lm/build.ts';
import { readLines } from '../../src/lm/lines.ts';
import type { NgramModel } from '../../src/lm/ngram-model.ts';
import { perplexityOf, scoreSentence } from '../../src/lm/perplexity.ts';
import { plainRules, tokensOf } from '../../src/lm/units.ts';
import { expectSame } from './same.ts';

const FIXTURES = path.resolve('test/fixtures/lm');

interface Golden extends BuildSettings {
  name: string;
  language: string;
  counts: number[];
  discounts: number[][];
  ngrams: string[][];
  /** KenLM can't query a model of order 1. */
  query: {
    sentences: number[];
    perplexity: number;
    perplexity_of_known: number;
    unknown: number;
    tokens: number;
  } | null;
}

const golden = JSON.parse(await readFile(path.join(FIXTURES, 'golden.json'), 'utf8')) as Golden[];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'isogloss-'));
});

async function trained(text: string, settings: BuildSettings): Promise<NgramModel> {
  const file = path.join(folder, `${Math.random()}.txt`);
  await writeFile(file, text);
  return (await trainLanguageModel([file], settings, path.join(folder, 'work'))).model;
}

async function sentencesOf(file: string, settings: BuildSettings): Promise<string[][]> {
  const sentences: string[][] = [];
  for await (const { lines } of readLines(file)) sentences.push(...lines.map((line) => tokensOf(line, settings)!));
  return sentences;
}

describe.each(golden)('what lmplz estimates and query scores: $name', (expected) => {
  let model: NgramModel;
  const binary = () => path.join(folder, `${expected.name}.lm`);

  beforeAll(async () => {
    const settings = {
      unit: expected.unit,
      order: expected.order,
      ...(expected.prune ? { prune: expected.prune } : {}),
      ...(expected.vocabulary ? { vocabulary: expected.vocabulary } : {}),
    };
    const result = await trainLanguageModel(
      [path.join(FIXTURES, `train-${expected.language}.txt`)],
      settings,
      path.join(folder, 'work'),
    );
    model = result.model;
    expect(result.result.ngrams.map((level) => level.count)).toEqual(expected.counts);
    for (const [i, { discounts }] of result.result.ngrams.entries())
      for (const [j, discount] of discounts.entries()) expect(discount).toBeCloseTo(expected.discounts[i]![j]!, 4);
    await buildLanguageModel([path.join(FIXTURES, `train-${expected.language}.txt`)], settings, { binary: binary() });
  });

  it('has the same probabilities and back-off weights', () => {
    const ours = new Map<string, [number, number]>();
    for (const { order, count, words, probabilities, backoffs } of model.levels())
      for (let i = 0; i < count; i++)
        ours.set(Array.from(words.subarray(i * order, (i + 1) * order), (id) => model.tokens.token(id)).join(' '), [
          probabilities[i]!,
          backoffs[i]!,
        ]);
    for (const line of expected.ngrams.flat()) {
      const [probability, ngram, backoff] = line.split('\t');
      const [p, b] = ours.get(ngram!)!;
      expect(p, line).toBeCloseTo(Number(probability), 4);
      expect(b, line).toBeCloseTo(Number(backoff ?? 0), 4);
    }
  });

  it.skipIf(!expected.query)('gives sentences the same scores', async () => {
    const sentences = await sentencesOf(path.join(FIXTURES, `test-${expected.language}.txt`), expected);
    const scores = expected.query!.sentences;
    expect(sentences.length).toBe(scores.length);
    for (const [i, tokens] of sentences.entries())
      expect(scoreSentence(model, tokens).log10 / scores[i]!).toBeCloseTo(1, 5);
  });

  it.skipIf(!expected.query)('gives the text the same perplexity, by the binary file', async () => {
    const result = await perplexityOf(binary(), [path.join(FIXTURES, `test-${expected.language}.txt`)]);
    expect(result.perplexity / expected.query!.perplexity).toBeCloseTo(1, 5);
    expect(result.perplexity_of_known / expected.query!.perplexity_of_known).toBeCloseTo(1, 5);
    expect([result.tokens, result.unknown]).toEqual([expected.query!.tokens, expected.query!.unknown]);
  });
});

/** Texts of few words, so that n-grams come again. */
const texts = fc
  .array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 8 }), { minLength: 1, maxLength: 30 })
  .filter((sentences) => sentences.some((words) => words.length > 0))
  .map((sentences) => sentences.map((words) => words.join(' ')).join('\n'));
const settings = fc
  .record({
    unit: fc.constant('word' as const),
    order: fc.integer({ min: 1, max: 4 }),
    prune: fc.constantFrom([], [0, 1], [0, 0, 1], [1], [0, 2]),
    vocabulary: fc.constantFrom(2, 4, 100),
  })
  .map((s) => ({ ...s, prune: s.prune.slice(0, s.order) }));

it('sums to 1 over the vocabulary after any context', async () => {
  await fc.assert(
    fc.asyncProperty(
      texts,
      settings,
      fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'unheard'), { maxLength: 5 }),
      async (text, s, context) => {
        const model = await trained(text, s);
        let state = model.begin;
        for (const token of context) {
          model.score(state, model.idOf(token));
          state = model.next;
        }
        let sum = 0;
        for (let id = 0; id < model.tokens.size; id++)
          if (model.tokens.token(id) !== '<s>') sum += 10 ** model.score(state, id);
        expect(sum).toBeCloseTo(1, 5);
      },
    ),
    { numRuns: 40 },
  );
});

it('is the same whether counts fit in memory or went to disk', async () => {
  const file = path.join(FIXTURES, 'train-it.txt');
  for (const s of [
    { unit: 'word' as const, order: 3, memory: 0.03 },
    { unit: 'character' as const, order: 5, prune: [0, 0, 1], profile: ['gl', 'ch'], memory: 0.15 },
  ]) {
    const whole = await trainLanguageModel([file], { ...s, memory: 100 }, path.join(folder, 'work'));
    const pieces = await trainLanguageModel([file], s, path.join(folder, 'pieces'));
    expect(whole.result.spilled).toBe(0);
    expect(pieces.result.spilled).toBeGreaterThan(1);
    expectSame(pieces.model, whole.model);
  }
  expect(await readdir(path.join(folder, 'pieces'))).toEqual([]);
});

describe('text', () => {
  it('goes through the rules, and what is left out is counted', async () => {
    const file = path.join(folder, 'rules.txt');
    await writeFile(file, '\uFEFFL’uomo, e 2 GATTI!\r\n\r\n[musica]\nla gatta');
    const rules = plainRules('it');
    const { model, result } = await trainLanguageModel([file], { unit: 'word', order: 2, rules }, folder);
    expect(result).toMatchObject({ sentences: 2, lines_left_out: 2, tokens: 6 });
    expect(result.removed).toMatchObject([
      { sign: '!', count: 1, examples: [{ before: 'GATTI!', after: 'GATTI' }] },
      { sign: ',', count: 1, examples: [{ before: "L'uomo,", after: "L'uomo" }] },
      { sign: '[…]', count: 1 },
    ]);
    for (const word of ["l'uomo", 'due', 'gatti', 'la', 'gatta']) expect(model.has(word)).toBe(true);
    expect(model.units.rules).toEqual(rules);
  });

  it('becomes graphemes, the profile’s and the mark between words among them', async () => {
    const model = await trained('gnocchi e gnomi\n', { unit: 'character', order: 2, profile: ['gn', 'ch'] });
    expect(['gn', 'ch', '|', 'o'].map((token) => model.has(token))).toEqual([true, true, true, true]);
    expect(model.has('g')).toBe(false);
  });

  it('may not have the model’s own marks in it', async () => {
    const file = path.join(folder, 'marks.txt');
    await writeFile(file, 'uno\ndue </s> tre\n');
    await expect(trainLanguageModel([file], { unit: 'word', order: 2 }, folder)).rejects.toMatchObject({
      name: 'InputError',
      place: { file, line: 2 },
    });
  });

  it('must be there', async () => {
    const file = path.join(folder, 'empty.txt');
    await writeFile(file, '\n\n');
    await expect(trainLanguageModel([file], { unit: 'word', order: 2 }, folder)).rejects.toThrow(/no sentence/);
    await expect(
      trainLanguageModel([path.join(folder, 'missing.txt')], { unit: 'word', order: 2 }, folder),
    ).rejects.toThrow(/no such file/);
  });
});

it('says what is wrong with settings', async () => {
  const build = (s: Partial<BuildSettings>) =>
    trainLanguageModel([path.join(FIXTURES, 'train-it.txt')], { unit: 'word', order: 3, ...s }, folder);
  await expect(build({ order: 0 })).rejects.toThrow(/order 0/);
  await expect(build({ prune: [0, 2, 1] })).rejects.toMatchObject({
    name: 'InputError',
    next: expect.stringMatching(/must not fall/) as string,
  });
  await expect(build({ prune: [0, 0, 0, 0] })).rejects.toThrow(/4 thresholds/);
  await expect(build({ vocabulary: 0 })).rejects.toThrow(/0 tokens/);
  await expect(build({ memory: 0 })).rejects.toThrow(/0 megabytes/);
});
