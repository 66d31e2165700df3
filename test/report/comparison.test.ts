import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorsOf } from '../../src/evaluate/score.ts';
import { renderComparison } from '../../src/report/comparison.ts';
import { BROWSER, launch, open } from './browser.ts';
import { madeUpReport } from './made-up-report.ts';

const a = madeUpReport(150);
const b = {
  ...madeUpReport(150, { seed: 2, quality: 0.6 }),
  title: 'With a language model',
  recipe: a.recipe.replace('dims: 256', 'dims: 512'),
};

describe('a comparison', () => {
  it('is of the utterances that both have', () => {
    const html = renderComparison(a, { ...b, utterances: b.utterances.slice(10) });
    expect(html).toContain('140 utterances that both runs wrote down (of 150 and 140)');
  });

  it('shows the lines in which the recipes differ, with what they stand under', () => {
    const html = renderComparison(a, b);
    expect(html).toContain('<del>− recipe: head: dims: 256</del>\n<ins>+ recipe: head: dims: 512</ins>');
    expect(html.match(/<del>−/g)).toHaveLength(1);
    expect(renderComparison(a, { ...b, recipe: a.recipe })).toContain('The two recipes are the same.');
  });

  it('tells two runs of one name apart', () => {
    expect(renderComparison(a, a)).toContain(
      '<h1>Italian from ten minutes, second against Italian from ten minutes, first</h1>',
    );
  });

  it('gives differences as they were tested, and whether to believe them', () => {
    const html = renderComparison(a, b, {
      differences: [
        { name: 'CER', value: -0.0213, interval: [-0.025, -0.0161], pValue: 0.0004, note: 'paired' },
        { name: 'WER', value: 0.01 },
      ],
      verdict: 'B is better: <believe> it.',
    });
    expect(html).toContain('<td>−2.1</td><td>−2.5 to −1.6</td><td>&lt; 0.001</td>');
    expect(html).toContain('<td>+1.0</td><td></td><td></td>');
    expect(html).toContain(
      'B is better: &#60;believe&#62; it.</p><p class="note">A is Italian from ten minutes, B is With a language model.',
    );
    expect(renderComparison(a, b)).not.toContain('class="verdict"');
  });
});

describe.skipIf(!BROWSER)('a comparison in a browser', { timeout: 480_000 }, () => {
  let browser: Browser;
  beforeAll(async () => (browser = await launch()));
  afterAll(() => browser.close());

  it('sorts by what changed most and filters by who did better', async () => {
    const { page, troubles } = await open(browser, renderComparison(a, b));
    const change = new Map(
      a.utterances.map((u, i) => [
        u.pair.id,
        {
          cer: b.utterances[i]!.pair.cer - u.pair.cer,
          errors: errorsOf(b.utterances[i]!.pair.tokens) - errorsOf(u.pair.tokens),
        },
      ]),
    );
    const shown = async () =>
      (await page.locator('.utterances .about code').allTextContents()).map((id) => change.get(id)!);
    const improved = await shown();
    expect(improved.map((c) => c.cer)).toEqual(
      [...change.values()]
        .map((c) => c.cer)
        .sort((x, y) => x - y)
        .slice(0, 50),
    );
    expect(await page.locator('.utterances li').first().locator('.words').count()).toBe(2);
    await page.locator('[data-outcome="worse"]').click();
    const worse = [...change.values()].filter((c) => c.errors > 0).length;
    expect(await page.getByRole('status').textContent()).toContain(`${worse} of 150`);
    expect((await shown()).every((c) => c.errors > 0)).toBe(true);
    await page.getByLabel('Sort').selectOption({ label: 'most worsened' });
    expect((await shown())[0]!.cer).toBe(
      Math.max(...[...change.values()].filter((c) => c.errors > 0).map((c) => c.cer)),
    );
    expect(troubles).toEqual([]);
  });
});
