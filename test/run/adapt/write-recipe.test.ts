import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { roundsFor } from '../../../src/run/adapt/alternatives.ts';
import { chooseDecoding } from '../../../src/run/adapt/decoding.ts';
import { startingRecipe } from '../../../src/run/adapt/starting-recipe.ts';
import { recipeText, writeRecipe } from '../../../src/run/adapt/write-recipe.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { CorpusSurvey } from '../../../src/run/adapt/survey.ts';

const survey: CorpusSurvey = {
  utterances: 200,
  unreadable: 0,
  minutes: 20,
  speakers: ['abiayi'],
  splitGiven: false,
  digits: { utterances: 0, afterLetters: 0 },
};
const names = { name: 'mboshi', corpus: ['mboshi'], language: 'mdw' };

describe('a recipe by a corpus’s size', () => {
  it('tests on a fifth and chooses by an eighth, up to five and four minutes', () => {
    expect(startingRecipe(survey, names).recipe.split).toMatchObject({ test: { minutes: 4 }, dev: { minutes: 2.5 } });
    expect(startingRecipe({ ...survey, minutes: 90 }, names).recipe.split).toMatchObject({
      test: { minutes: 5 },
      dev: { minutes: 4 },
    });
  });

  it('says that a split which the corpus brings stays', () => {
    expect(startingRecipe({ ...survey, splitGiven: true }, names).choices[0]!.reason).toMatch(/that stays/);
  });

  it.each([
    ['keeps digits that look like tones', { utterances: 9, afterLetters: 9 }, 'zh', 'keep'],
    ['spells numbers out where it can', { utterances: 9, afterLetters: 0 }, 'it', 'spell'],
    ['sets numbers aside where nobody knows how they are said', { utterances: 9, afterLetters: 0 }, 'mdw', 'exclude'],
  ])('%s, and says so', (_, digits, language, rule) => {
    const { recipe, choices } = startingRecipe({ ...survey, digits }, { ...names, language });
    expect(recipe.text.digits).toBe(rule);
    expect(choices.at(-1)!.at).toEqual(['text', 'digits']);
  });

  it('asks for the language where the manifest has none', () => {
    expect(() => startingRecipe(survey, { ...names, language: undefined })).toThrow(/what language/);
    expect(startingRecipe({ ...survey, language: 'sc' }, { ...names, language: undefined }).recipe.language).toBe('sc');
  });
});

describe('a recipe that was found', () => {
  it('is written with a reason above each choice, and read as the same recipe', async () => {
    const { recipe, choices } = startingRecipe(survey, names);
    const file = path.join(await mkdtemp(path.join(os.tmpdir(), 'isogloss-recipe-')), 'recipe.yaml');
    const decoded = chooseDecoding(recipe);
    const notTaken = { rejected: ['a wider head (31.0 %)'], untried: ['the hidden layer: hidden layer 4'] };
    await writeRecipe(file, decoded.recipe, [...choices, ...decoded.choices], notTaken);
    expect(await loadRecipe(file)).toEqual(decoded.recipe);
    const text = recipeText(decoded.recipe, [...choices, ...decoded.choices], notTaken);
    expect(text).toMatch(
      /^# Tried, and no better on dev: a wider head \(31\.0 %\)\.\n# No time was left for: the hidden layer: hidden layer 4\.\n/,
    );
    expect(text).toMatch(/# of 20\.0 minutes: .*\nsplit:/);
    expect(text).toMatch(/# a model of the training transcripts’ letters.*\ndecoding:/);
    expect(text).not.toContain('weight_decay');
  });

  it('is written whatever alternative it took, and read again', async () => {
    const { recipe } = startingRecipe(survey, names);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'isogloss-recipe-'));
    for (const { alternatives } of roundsFor(20, 4))
      for (const { name, at, change } of alternatives) {
        const file = path.join(folder, 'recipe.yaml');
        await writeRecipe(file, change(recipe), [{ at, reason: name }], { rejected: [], untried: [] });
        expect(JSON.parse(JSON.stringify(await loadRecipe(file)))).toEqual(JSON.parse(JSON.stringify(change(recipe))));
        expect(recipeText(change(recipe), [{ at, reason: name }])).toContain(`# ${name}`);
      }
  });
});
