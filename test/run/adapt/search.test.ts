import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Alternative, Round } from '../../../src/run/adapt/alternatives.ts';
import { TrialJournal } from '../../../src/run/adapt/journal.ts';
import { searchRecipe } from '../../../src/run/adapt/search.ts';
import type { TrialsOptions } from '../../../src/run/adapt/timed-trials.ts';
import { recipeSchema, type Recipe } from '../../../src/recipe/schema.ts';
import type { Tried } from '../../../src/run/adapt/trial.ts';

const start = recipeSchema.parse({ name: 'ten', language: 'it', corpus: 'ten' });
const temporary = (): Promise<string> => mkdtemp(path.join(os.tmpdir(), 'isogloss-adapt-'));

const dropout = (value: number): Alternative => ({
  name: `dropout ${value}`,
  at: ['head', 'dropout'],
  change: (recipe) => ({ ...recipe, head: { ...recipe.head, dropout: value } }),
});
const dims = (value: number): Alternative => ({
  name: `${value} dims`,
  at: ['head', 'dims'],
  change: (recipe) => ({ ...recipe, head: { ...recipe.head, dims: value } }),
});
const rounds: Round[] = [
  { title: 'dropout', alternatives: [0.1, 0.3, 0.5].map(dropout) },
  { title: 'dims', alternatives: [dims(128), dims(512)] },
];

/** An error rate that is lowest at a dropout of 0.3 and 512 dims, and falls with the epochs. */
const landscape = ({ head, training }: Recipe): number =>
  0.2 + Math.abs(head.dropout - 0.3) + Math.abs(head.dims - 512) / 2000 + 1 / training.epochs;

/** A trial that heard nothing: time is what `estimate` says. */
const tried = (devCer: number): Promise<Tried> => Promise.resolve({ devCer, stages: [] });
const estimate: TrialsOptions['estimate'] = () => ({ seconds: 0, features: [], after: 0 });

async function search(options: Partial<TrialsOptions> = {}) {
  const recipes: Recipe[] = [];
  const tryRecipe = (recipe: Recipe): Promise<Tried> => {
    recipes.push(recipe);
    return tried(landscape(recipe));
  };
  const journal = options.journal ?? (await TrialJournal.open(await temporary()));
  const own = { budget: 60, trainings: 1, estimate, tryRecipe, ...options, journal };
  return { result: await searchRecipe(start, rounds, own), recipes, journal };
}

const trial = { round: 'x', name: 'x', stages: [], features: [] };

describe('the search for a recipe', () => {
  it('takes of each round what is best on dev, with the reason', async () => {
    const { result } = await search();
    expect(result.recipe.head).toMatchObject({ dropout: 0.3, dims: 512 });
    expect(result.choices.map(({ at }) => at.join('.'))).toEqual(['head.dropout', 'head.dims']);
    expect(result.choices[0]!.reason).toMatch(/^dropout 0.3: CER on dev \d+\.\d % → \d+\.\d %$/);
    expect(result.devCer).toBeCloseTo(landscape(result.recipe));
  });

  it('may take months', async () => {
    const tryRecipe = async (recipe: Recipe, signal: AbortSignal): Promise<Tried> => {
      await sleep(10, undefined, { signal });
      return tried(landscape(recipe));
    };
    const { result } = await search({ tryRecipe, budget: 3e6 });
    expect(result.untried).toEqual([]);
  });

  it('tries all of three alternatives shortly, and only the better half of them in full', async () => {
    const { recipes } = await search();
    const ofDropout = recipes.slice(1, 6).map(({ head, training }) => [head.dropout, training.epochs]);
    expect(ofDropout).toEqual([
      [0.1, 9],
      [0.3, 9],
      [0.5, 9],
      [0.3, 27],
      [0.1, 27],
    ]);
  });

  it('leaves a recipe as it is where nothing beats it by more than chance could', async () => {
    const { result } = await search({ tryRecipe: () => tried(0.3) });
    expect(result).toMatchObject({ recipe: start, choices: [], devCer: 0.3 });
    expect(result.rejected).toContain('512 dims (30.0 %)');
  });

  it('tries nothing twice, and goes on where a process was killed, a half-written line forgotten', async () => {
    const folder = await temporary();
    let calls = 0;
    const killed = search({
      journal: await TrialJournal.open(folder),
      tryRecipe: (recipe) => (++calls > 4 ? Promise.reject(new Error('killed')) : tried(landscape(recipe))),
    });
    await expect(killed).rejects.toThrow('killed');
    const file = path.join(folder, 'trials.jsonl');
    await writeFile(file, `${await readFile(file, 'utf8')}{"round":"dro`);
    const { result, recipes } = await search({ journal: await TrialJournal.open(folder) });
    const whole = await search();
    expect(result).toEqual(whole.result);
    expect(recipes).toEqual(whole.recipes.slice(4));
  });

  it('stops trying when the budget is used up, and says what it has not tried', async () => {
    const journal = await TrialJournal.open(await temporary());
    await journal.add({ ...trial, key: 'x', seconds: 61, dev_cer: 1 });
    const { result, recipes } = await search({ journal });
    expect(recipes).toEqual([start]);
    expect(result.untried).toHaveLength(5);
  });

  it('takes a change as it was shortly where there is no time for it in full and that is better already', async () => {
    const { result } = await search({
      // In full each takes more than the budget has.
      estimate: ({ training }) => ({ seconds: training.epochs > 9 ? 61 : 0, features: [], after: 0 }),
      tryRecipe: (recipe) => tried(landscape(recipe) - (recipe.head.dropout === 0.3 ? 0.2 : 0)),
    });
    expect(result.recipe).toMatchObject({ head: { dropout: 0.3 }, training: { epochs: 9 } });
    expect(result.choices.map(({ at }) => at.join('.'))).toEqual(['head.dropout', 'training.epochs', 'head.dims']);
    expect(result.untried).toContain('dropout: dropout 0.3');
  });

  it('keeps what comes after the search: of the recipe as it is, and of the one that may win', async () => {
    const dear = ({ head }: Recipe): number => (head.dims === 512 ? 50 : 20);
    const journal = await TrialJournal.open(await temporary());
    await journal.add({ ...trial, key: 'x', seconds: 30, dev_cer: 1 });
    const { result } = await search({
      journal,
      estimate: (recipe) => ({ seconds: 5, features: [], after: dear(recipe) }),
    });
    // 60 s, of which 30 are spent: 5 and 20 fit, 5 and 50 don't.
    expect(result.untried).toEqual(['dims: 512 dims']);
    const nothing = await search({ estimate: () => ({ seconds: 0, features: [], after: 60 }) });
    expect(nothing.recipes).toEqual([start]);
  });

  it('takes nothing that was measured by folds for what was measured without', async () => {
    const { journal, recipes } = await search();
    const byFolds = await search({ journal, trainings: 3 });
    expect(byFolds.recipes).toEqual(recipes);
    expect((await search({ journal, trainings: 3 })).recipes).toEqual([]);
  });

  it('ends a trial that would take longer than what is left', async () => {
    const slow: TrialsOptions['tryRecipe'] = (recipe, signal) =>
      recipe === start
        ? tried(0.5)
        : new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
          );
    const { result, journal } = await search({ budget: 0.2, tryRecipe: slow });
    expect(result).toMatchObject({ recipe: start, devCer: 0.5 });
    expect(journal.trials.filter((trial) => trial.dev_cer === undefined).length).toBeGreaterThan(0);
  });
});
