/** @module-tag slow */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runRecipe } from '../../src/run/index.ts';

/** The upper end of the first interval behind some words of RESULTS.md, as a share. */
function publishedAtMost(heading: string, words: string): number {
  const [, section] = readFileSync('RESULTS.md', 'utf8').split(new RegExp(`^##+ ${heading}.*$`, 'm'));
  const [, after] = section!.split(words);
  return Number(/\[[\d.]+–([\d.]+)\]/.exec(after!)![1]) / 100;
}

it.each([
  { recipe: 'italian-10min', set: [], heading: 'Italian from ten minutes', words: '| test ' },
  {
    ...{ recipe: 'italian-1min', set: ['encoder.model=embedded-small'] },
    ...{ heading: 'How much speech is needed', words: '| 1 minute ' },
  },
])('$recipe, run in full, makes no more errors than RESULTS.md says', async ({ recipe, set, heading, words }) => {
  const { metrics } = await runRecipe(recipe, { set });
  expect(metrics.test.cer).toBeLessThanOrEqual(publishedAtMost(heading, words));
});
