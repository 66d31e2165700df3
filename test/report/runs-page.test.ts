import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderRuns, type RunRow } from '../../src/report/runs-page.ts';
import { BROWSER, launch, open } from './browser.ts';

const row = (name: string, cer: number | undefined): RunRow => ({
  name,
  state: cer === undefined ? 'unfinished' : 'finished',
  recipe: name,
  corpus: ['mine'],
  encoder: 'embedded',
  trained: 'head',
  seed: 1,
  minutes: { train: 10, test: 5 },
  tested: 'a1b2c3d4',
  ...(cer === undefined
    ? {}
    : {
        dev: { cer, wer: cer },
        test: { cer, wer: cer, cer_ci95: [cer, cer] as const, wer_ci95: [cer, cer], utterances: 9 },
      }),
  changed: '2026-11-27T00:00:00.000Z',
  bytes: 1_000_000,
});
const page = renderRuns([row('b', 0.1), row('a', undefined), row('c', 0.09)], '2026-11-27');

it('has a plot for each measure of what was tested on the same', () => {
  expect([...page.matchAll(/<caption>([^<]+)/g)].map(([, title]) => title)).toEqual([
    'CER on test',
    'WER on test',
    'CER on dev',
  ]);
});

describe.skipIf(!BROWSER)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it('sorts by a column, numbers as numbers, and what has none last, both ways', async () => {
    const { page: shown, troubles } = await open(browser, page);
    const names = (): Promise<string[]> => shown.locator('table.sorted tbody th').allTextContents();
    await shown.getByRole('button', { name: 'test CER' }).click();
    expect(await names()).toEqual(['c', 'b', 'a']);
    await shown.getByRole('button', { name: 'test CER' }).click();
    expect(await names()).toEqual(['b', 'c', 'a']);
    await shown.getByRole('button', { name: 'run', exact: true }).click();
    expect(await names()).toEqual(['a', 'b', 'c']);
    expect(troubles).toEqual([]);
  });
});
