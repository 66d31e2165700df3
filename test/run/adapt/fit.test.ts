import { describe, expect, it } from 'vitest';
import type { Item } from '../../../src/dataset/prepare.ts';
import { recipeSchema, type RecipeInput } from '../../../src/recipe/schema.ts';
import { costOf, expectedSeconds, secondsAfter, type Known } from '../../../src/run/adapt/cost.ts';
import { fitToBudget } from '../../../src/run/adapt/fit.ts';
import { fitUntranscribed } from '../../../src/run/adapt/untranscribed.ts';
import { foldsOf, needsFolds, type Parts } from '../../../src/run/adapt/folds.ts';
import { secondsOf } from '../../../src/dataset/seconds.ts';
import { Vocabulary } from '../../../src/text/vocabulary.ts';

const vocabulary = Vocabulary.build([['a']]);

/** Utterances of ten seconds, each with a text of its own; `perRecording` of them in each recording. */
function items(count: number, part: string, perRecording = 1): Item[] {
  return Array.from({ length: count }, (_, i) => ({
    utterance: { id: `${part}${i}`, audio: `${part}${Math.floor(i / perRecording)}.wav`, text: 'a' },
    ...{ folder: 'x', text: `${part} ${i}`, tokens: ['a'], target: vocabulary.encode(['a']).ids },
    ...{ samples: 160_000, key: `${part}${i}` },
  }));
}

/** @param train minutes @param dev minutes */
function corpus(train: number, dev: number, perRecording = 1): Parts {
  const parts = { train: items(train * 6, 'train', perRecording), dev: items(dev * 6, 'dev', perRecording) };
  return { ...parts, vocabulary } as Parts;
}

const recipeWith = (patch: Partial<RecipeInput> = {}) =>
  recipeSchema.parse({ name: 'x', language: 'it', corpus: 'x', ...patch });

/** A hundredth of a second of training, and two of features, a second of speech; a second a stage. */
const knownOf = (prepared: Parts): Known => ({
  pace: { features: 0.02, stages: [{ kind: 'head', heard: 100, seconds: 1 }], stage: 1, ready: 0 },
  trials: [],
  corpus: secondsOf([...prepared.train, ...prepared.dev]),
  blocks: 4,
});

describe('what a trial costs', () => {
  const prepared = corpus(10, 4);

  it('is what epochs hear, the features that nobody has computed yet, and what a stage needs to begin', () => {
    const [recipe, known] = [recipeWith({ training: { speeds: [0.9, 1] } }), knownOf(prepared)];
    const cost = costOf(recipe, [prepared]);
    const training = 27 * (2 * 600 + 240 / 3) * 0.01;
    expect(expectedSeconds(cost, known)).toBeCloseTo(training + 2 * 840 * 0.02 + 1);
    const computed = [{ stages: [], features: cost.features.slice(0, 1) }];
    expect(expectedSeconds(cost, { ...known, trials: computed })).toBeCloseTo(training + 840 * 0.02 + 1);
  });

  it('goes by trials of its kind once there are any, by the encoder’s price where there are none', () => {
    const stages = [
      { train: 'head' as const, epochs: 10, learning_rate: 0.003 },
      { train: { top: 2 }, epochs: 5, learning_rate: 0.001 },
    ];
    const cost = { ...costOf(recipeWith({ stages }), [prepared]), features: [] };
    expect(cost.stages.map(({ kind }) => kind)).toEqual(['head', 'top 2']);
    const known = knownOf(prepared);
    // Half of the blocks, forth and twice back.
    expect(expectedSeconds(cost, known)).toBeCloseTo(680 * (10 * 0.01 + 5 * (0.01 + 3 * 0.5 * 0.02)) + 2);
    const trials = [{ stages: [{ kind: 'top 2', heard: 10, seconds: 2 }], features: [] }];
    expect(expectedSeconds(cost, { ...known, trials })).toBeCloseTo(680 * (10 * 0.01 + 5 * 0.2) + 2);
  });

  it('counts each fold, and the winner’s own training after them', () => {
    const short = corpus(10, 1);
    const [recipe, known, folds] = [recipeWith(), knownOf(short), foldsOf(short, 1)];
    const heard = folds.reduce((sum, { train, dev }) => sum + secondsOf(train) + secondsOf(dev) / 3, 0);
    expect(heard).toBeCloseTo(2 * 660 + 660 / 3, -1);
    const cost = costOf(recipe, folds);
    expect(expectedSeconds({ ...cost, features: [] }, known)).toBeCloseTo(27 * heard * 0.01 + 3);
    const after = (parts: Parts[]): number =>
      secondsAfter(recipe, parts, { prepared: short, test: 300, untranscribed: 0 }, known);
    expect(after(folds) - after([short])).toBeCloseTo(27 * (600 + 20) * 0.01 + 1);
  });
});

describe('a recipe that has to fit into a budget', () => {
  const fit = (prepared: Parts, budget: number, patch: Partial<RecipeInput> = {}) =>
    fitToBudget(recipeWith(patch), { prepared, test: 300, untranscribed: 0 }, knownOf(prepared), budget);

  it('stays as it is where there is time', () => {
    const fitted = fit(corpus(10, 4), 900, { training: { speeds: [0.9, 1, 1.1] } });
    expect(fitted).toMatchObject({ recipe: { training: { epochs: 27, speeds: [0.9, 1, 1.1] } }, choices: [] });
  });

  it('gives up folds, then copies, then epochs, and says so', () => {
    const prepared = corpus(10, 1);
    const speeds = { training: { speeds: [0.9, 1, 1.1] } };
    const cuts = [3000, 700, 300, 150].map((budget) => fit(prepared, budget, speeds));
    expect(cuts.map(({ choices }) => choices.map(({ at }) => at.join('.')))).toEqual([
      [],
      ['split.dev'],
      ['split.dev', 'training.speeds'],
      ['split.dev', 'training.speeds', 'training.epochs'],
    ]);
    expect(cuts.map(({ parts }) => parts.length)).toEqual([3, 1, 1, 1]);
    expect(cuts[3]!.choices[2]!.reason).toBe('there is no time for 27 epochs');
    for (const [i, budget] of [3000, 700, 300, 150].entries()) expect(cuts[i]!.expected).toBeLessThan(budget);
  });

  it('cuts all stages alike', () => {
    const stages = [
      { train: 'head' as const, epochs: 27, learning_rate: 0.003 },
      { train: 'adapters' as const, epochs: 9, learning_rate: 0.001 },
    ];
    const { recipe, choices } = fit(corpus(10, 4), 250, { stages });
    const [head, adapters] = recipe.stages!.map(({ epochs }) => epochs);
    expect(head).toBeLessThan(27);
    expect(adapters).toBe(Math.round(head! / 3));
    expect(choices).toMatchObject([{ at: ['stages'] }]);
  });

  it('leaves a few epochs where nothing fits, and says how long it would take', () => {
    const { recipe, choices } = fit(corpus(10, 4), 5);
    expect(recipe.training.epochs).toBe(3);
    expect(choices[0]!.reason).toMatch(/longer than there is time; about \d\.\d minutes/);
  });
});

describe('untranscribed speech', () => {
  const prepared = corpus(10, 4);
  const fit = (budget: number) =>
    fitUntranscribed(
      recipeWith({ untranscribed: 'archive' }),
      { prepared, test: 300, untranscribed: 1800 },
      knownOf(prepared),
      budget,
    );

  it('is learnt from as often as there is time for', () => {
    const rounds = [600, 1500, 2500, 5000].map((budget) => fit(budget).recipe.self_training?.rounds);
    expect(rounds).toEqual([undefined, 1, 2, 3]);
    expect(fit(1500).choices[0]!.reason).toBe(
      '30.0 minutes; there is time to learn from them once, as long as dev gains',
    );
  });

  it('is left alone where there is no time, and the recipe says so', () => {
    const { recipe, choices } = fit(600);
    expect(recipe.untranscribed).toBeUndefined();
    expect(choices).toEqual([{ at: ['corpus'], reason: 'no time for the 30.0 minutes that nobody has transcribed' }]);
  });
});

describe('folds', () => {
  it('are for a short dev', () => {
    expect(needsFolds(corpus(10, 2.5))).toBe(true);
    expect(needsFolds(corpus(10, 3))).toBe(false);
  });

  it.each([
    ['a recording', corpus(10, 2, 3), ({ utterance }: Item) => utterance.audio],
    ['a text', withTexts(corpus(10, 2, 100)), ({ text }: Item) => text],
  ])('keep %s together', (_, prepared, keyOf) => {
    const folds = foldsOf(prepared, 1);
    expect(folds).toHaveLength(3);
    expect(folds.flatMap(({ dev }) => dev).length).toBe(72);
    for (const { train, dev } of folds) {
      const keys = new Set(dev.map(keyOf));
      expect(train.filter((item) => keys.has(keyOf(item)))).toEqual([]);
      expect(secondsOf(dev) / secondsOf([...train, ...dev])).toBeCloseTo(1 / 3, 1);
    }
  });
});

/** Two utterances of each text. */
function withTexts({ train, dev, ...rest }: Parts): Parts {
  const twice = (list: Item[]): Item[] => list.map((item, i) => ({ ...item, text: `text ${Math.floor(i / 2)}` }));
  return { ...rest, train: twice(train), dev: twice(dev) };
}
