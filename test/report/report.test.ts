import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMp3 } from '../../src/audio/encode.ts';
import { AlignedPair, alignPairs, score } from '../../src/evaluate/score.ts';
import type { ReportData } from '../../src/report/data.ts';
import { renderReport } from '../../src/report/page.ts';
import { confusions } from '../../src/evaluate/confusions.ts';
import { BROWSER, launch, open } from './browser.ts';
import { madeUpReport, tokens } from './made-up-report.ts';

/** For what a page does in its own time. */
const PATIENCE = { timeout: 100_000, interval: 100 };
const NASTY = `</p></script><script>window.hacked = true</script>"'&<!--`;

async function tone(): Promise<{ dataUri: string; peaks: number[] }> {
  const samples = Float32Array.from({ length: 16000 }, (_, i) => 0.3 * Math.sin(i / 6));
  return {
    dataUri: `data:audio/mpeg;base64,${Buffer.from(await encodeMp3(samples)).toString('base64')}`,
    peaks: [0.1, 0.5, 0.3],
  };
}

/** All that can come from outside is hostile. */
async function hostile(): Promise<ReportData> {
  const pairs = alignPairs(
    [
      { id: 'a', reference: 'il cane dorme qui', hypothesis: 'il pane dorme', seconds: 1 },
      { id: NASTY, reference: NASTY, hypothesis: `x ${NASTY}`, seconds: 2 },
    ],
    (text) => [...text],
  );
  const scores = score(pairs);
  return {
    title: `Report ${NASTY}`,
    language: NASTY,
    createdAt: '2026-01-02T03:04:05Z',
    unit: NASTY,
    rows: [
      { name: NASTY, note: NASTY, scores },
      { name: 'untrained', note: '', scores, baseline: true },
    ],
    epochs: [{ epoch: 1, train_loss: 3, dev_loss: Infinity, dev_cer: 1 }],
    utterances: await Promise.all(
      pairs.map(async (pair) => ({
        pair,
        speaker: pair.id,
        snrDb: pair.seconds! * 20,
        words: [{ text: NASTY, start: 0, end: 0.5, confidence: 0.1 }],
        audio: await tone(),
      })),
    ),
    confusions: confusions(pairs, 5),
    costs: [[NASTY, NASTY]],
    findings: [{ what: NASTY, advice: NASTY }],
    setAside: [{ item: NASTY, reason: NASTY }],
    removed: [{ sign: NASTY, codePoints: NASTY, count: 1, examples: [{ before: NASTY, after: NASTY }] }],
    recipe: NASTY,
    languageModel: { measuredOn: NASTY, alphas: [0, 1], betas: [0], cer: [[NaN], [0.5]] },
    sources: [{ title: NASTY, licence: NASTY, attribution: NASTY, url: 'javascript:alert(1)' }],
  };
}

describe('what a report page is made of', () => {
  it('escapes all that comes from outside', async () => {
    const html = renderReport(await hostile());
    expect(html).not.toContain('<script>window');
    expect(html).not.toContain('javascript:alert');
    expect(html).toContain('&#60;script&#62;');
    // Chart library, client, data, two recordings.
    expect(html.match(/<\/script/g)).toHaveLength(5);
  });

  it('shows nothing of what a run does not have', () => {
    const rest = madeUpReport(3);
    delete rest.layers;
    delete rest.languageModel;
    delete rest.confidence;
    const html = renderReport({
      ...rest,
      epochs: [],
      costs: [],
      findings: [],
      removed: [],
      setAside: [],
      sources: [],
      confusions: [],
      utterances: rest.utterances.map(({ pair }) => ({ pair })),
    });
    for (const id of ['advice', 'left-out', 'learned', 'confidence', 'learning', 'cost', 'data-sources'])
      expect(html).not.toContain(`<section id="${id}"`);
    expect(html).not.toContain('by speaker');
    expect(html).toContain('<section id="utterances"');
  });

  it('says what would help, which signs the text rules took out, and what was set aside, by reason', () => {
    const html = renderReport({
      ...madeUpReport(3),
      setAside: [1, 2, 3].map((i) => ({ item: `a${i}`, reason: `no such file: a${i}.wav`, code: 'no-file' })),
    });
    expect(html).toMatch(/<section id="advice"><h2>What would help<\/h2>.*It knows its training speech by heart/);
    expect(html).toContain('<th scope="row">?<small>U+003F</small></th><td>12</td><td>perché? → perché</td>');
    expect(html).toContain('3 items were set aside: 3 × no such file: a1.wav');
    expect(html).toContain('Italian (it) · ');
  });

  it('says from which confidence on words need not be looked at, or that there is none', () => {
    const data = madeUpReport(3);
    const html = renderReport(data);
    expect(html).toMatch(
      /words with a confidence of 87\.3\s% or more need not be looked at.*of these 98\.1\s% are right: at least 95\.7\s%.*On test it keeps 38\.0\s%, 97\.2\s% of them right/,
    );
    expect(html).toContain('71 words of confidence 16\u00a0%: 13\u00a0% right');
    expect(html).toContain('temperature of 1.32');
    const { threshold, test, ...rest } = data.confidence!;
    expect([threshold, test]).not.toContain(undefined);
    expect(renderReport({ ...data, confidence: rest })).toContain('<b>No threshold.</b>');
  });

  it('carries the licence of the chart library', () => {
    expect(renderReport(madeUpReport(1))).toContain('Permission is hereby granted, free of charge');
  });
});

// Slow machines may take their time: nothing here is about speed.
describe.skipIf(!BROWSER)('a report in a browser', { timeout: 480_000 }, () => {
  let browser: Browser;
  beforeAll(async () => (browser = await launch()));
  afterAll(() => browser.close());

  const names = (page: Page): Promise<string[]> => page.locator('.utterances .about code').allTextContents();

  it('runs nothing that its data says, asks for nothing, and shows it as text', async () => {
    const { page, troubles } = await open(browser, renderReport(await hostile()));
    expect(await page.locator('h1').textContent()).toBe(`Report ${NASTY}`);
    expect(await names(page)).toContain(NASTY);
    expect(await page.locator('.substitute').first().textContent()).toBe('cane pane');
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(troubles).toEqual([]);
  });

  it('plays to the end, and goes to where a waveform is clicked', { tags: ['slow'] }, async () => {
    const audio = await tone();
    const { page, troubles } = await open(
      browser,
      renderReport(madeUpReport(20, { audio: (i) => (i < 3 ? audio : undefined) })),
    );
    const played = page.locator('.utterances li', { has: page.locator('canvas') });
    const now = async (item: number): Promise<number> =>
      Number(await played.nth(item).locator('canvas').getAttribute('aria-valuenow'));
    expect(await played.count()).toBe(3);
    await played.first().locator('.play').click();
    await expect.poll(() => now(0), PATIENCE).toBeGreaterThan(0);
    await expect.poll(() => played.first().locator('.play').textContent(), PATIENCE).toBe('▶');
    const box = (await played.nth(1).locator('canvas').boundingBox())!;
    await played
      .nth(1)
      .locator('canvas')
      .click({ position: { x: box.width * 0.9, y: 5 } });
    const total = Number(await played.nth(1).locator('canvas').getAttribute('aria-valuemax'));
    await expect.poll(() => now(1), PATIENCE).toBeGreaterThan(Math.min(0.8, total * 0.8));
    expect(await page.locator('.under button').first().getAttribute('title')).toMatch(
      /\d\.\d\d–\d\.\d\d s, confidence \d+/,
    );
    expect(troubles).toEqual([]);
  });

  it('finds, filters and sorts', async () => {
    const data = madeUpReport(300);
    const { page, troubles } = await open(browser, renderReport(data));
    const cers = new Map(data.utterances.map(({ pair }) => [pair.id, pair.cer]));
    const shown = async (): Promise<number[]> => (await names(page)).map((name) => cers.get(name)!);
    expect(await shown()).toEqual([...cers.values()].sort((a, b) => b - a).slice(0, 50));
    await page.getByLabel('Sort').selectOption({ label: 'lowest CER' });
    expect((await shown())[0]).toBe(Math.min(...cers.values()));
    await page.getByLabel('with errors').check();
    expect(Math.min(...(await shown()))).toBeGreaterThan(0);
    await page.getByLabel('with errors').uncheck();
    await page.getByLabel('Sort').selectOption({ label: 'name' });
    expect((await names(page)).slice(0, 2)).toEqual(['prompts/00001', 'prompts/00002']);
    await page.getByLabel('Search', { exact: true }).fill('CANCELLETTO');
    const has = data.utterances.filter(({ pair }) => `${pair.reference}\n${pair.hypothesis}`.includes('cancelletto'));
    expect(await names(page)).toEqual(has.slice(0, 50).map(({ pair }) => pair.id));
    await page.getByLabel('Search', { exact: true }).fill('');
    await page.getByLabel('Has this grapheme').fill('q');
    const withQ = data.utterances.filter(({ pair }) => pair.reference.includes('q')).map(({ pair }) => pair.id);
    expect(await names(page)).toEqual(withQ.slice(0, 50));
    await page.getByLabel('Speaker', { exact: true }).selectOption('speaker-2');
    const both = data.utterances.filter(({ pair, speaker }) => pair.reference.includes('q') && speaker === 'speaker-2');
    expect(await names(page)).toEqual(both.slice(0, 50).map(({ pair }) => pair.id));
    expect(await page.getByRole('status').textContent()).toContain(`${both.length} of 300 utterances`);
    expect(troubles).toEqual([]);
  });

  it(
    'leads from a confusion, a speaker, a length to the utterances behind it, and back',
    { tags: ['slow'] },
    async () => {
      const data = madeUpReport(300);
      const { page, troubles } = await open(browser, renderReport(data));
      const [worst] = data.confusions;
      await page.locator('.confused tbody tr').first().click();
      const behind = data.utterances.filter(({ pair }) =>
        pair.tokens.steps.some(
          (s) =>
            s.edit !== 'equal' &&
            (pair.referenceTokens[s.reference] ?? '') === worst!.reference &&
            (pair.hypothesisTokens[s.hypothesis] ?? '') === worst!.hypothesis,
        ),
      );
      expect(await page.getByRole('status').textContent()).toContain(`${behind.length} of 300`);
      await page.locator('.chip').click();
      expect(await page.getByRole('status').textContent()).toContain('All 300');
      await page.locator('[data-speaker="speaker-3"]').click();
      expect(await page.getByRole('status').textContent()).toContain(
        `${data.utterances.filter((u) => u.speaker === 'speaker-3').length} of 300`,
      );
      await page.getByLabel('Speaker', { exact: true }).selectOption('');
      await page.locator('[data-seconds]').first().click();
      expect(await page.locator('.chip').textContent()).toBe('under 1 s ×');
      expect(await page.getByRole('status').textContent()).toContain(
        `${data.utterances.filter((u) => u.pair.seconds! < 1).length} of 300`,
      );
      const cell = page.locator('.matrix td.wrong').first();
      await cell.hover();
      expect(await page.locator('.readout').textContent()).toMatch(/times|left out|put in/);
      expect(troubles).toEqual([]);
    },
  );

  it('goes by keyboard: next, play, page, search, keys, light and dark', async () => {
    const audio = await tone();
    const { page, troubles } = await open(browser, renderReport(madeUpReport(120, { audio: () => audio })), {
      colorScheme: 'dark',
    });
    const current = (): Promise<number> =>
      page
        .locator('.utterances li')
        .evaluateAll((items) =>
          items.findIndex((item) => (item as unknown as { ariaCurrent: string | null }).ariaCurrent === 'true'),
        );
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await current()).toBe(1);
    await page.keyboard.press('Space');
    await expect
      .poll(() => page.locator('.utterances li').nth(1).locator('canvas').getAttribute('aria-valuenow'), PATIENCE)
      .not.toBe('0');
    await page.keyboard.press('n');
    expect(await page.locator('.pager span').first().textContent()).toBe('51–100 of 120');
    await page.keyboard.press('k');
    await page.keyboard.press('p');
    for (let i = 0; i < 51; i++) await page.keyboard.press('j');
    expect(await page.locator('.pager span').first().textContent()).toBe('51–100 of 120');
    await page.keyboard.press('/');
    await page.keyboard.type('jk?');
    expect(await page.getByLabel('Search', { exact: true }).inputValue()).toBe('jk?');
    expect(await page.getByRole('status').textContent()).toBe('No utterance is like that.');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await page.locator('dialog').getAttribute('open')).not.toBeNull();
    await page.keyboard.press('Escape');
    const paper = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await paper();
    await page.keyboard.press('t');
    expect(await paper()).not.toBe(dark);
    expect(troubles).toEqual([]);
  });

  it('draws its curves, fits a telephone and prints', { tags: ['slow'] }, async () => {
    const { page, troubles } = await open(browser, renderReport(madeUpReport(40)), {
      viewport: { width: 360, height: 740 },
    });
    expect(await page.locator('.uplot canvas').count()).toBe(3);
    expect(await page.locator('#curves figure').nth(1).getAttribute('aria-label')).toMatch(
      /^Error rate on dev: CER from 90\.0/,
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.controls').isVisible()).toBe(false);
    expect(await page.locator('.utterances li').nth(24).isVisible()).toBe(true);
    expect(await page.locator('.utterances li').nth(25).isVisible()).toBe(false);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    expect(troubles).toEqual([]);
  });

  it('holds 100,000 utterances in one file, a page of them at a time', { tags: ['slow'] }, async () => {
    // A thousand over and over: further apart than what gzip remembers, so that none of it is saved by that.
    const data = madeUpReport(1000);
    const many = Array.from({ length: 100_000 }, (_, i) => {
      const { pair, speaker, snrDb } = data.utterances[i % 1000]!;
      return {
        pair: new AlignedPair(
          { id: `prompts/${i + 1}`, reference: pair.reference, hypothesis: pair.hypothesis, seconds: pair.seconds! },
          pair.words,
          pair.tokens,
          tokens,
        ),
        speaker: speaker!,
        snrDb: snrDb!,
      };
    });
    const html = renderReport({ ...data, utterances: many });
    expect(Buffer.byteLength(html)).toBeLessThan(40e6);
    const { page, troubles } = await open(browser, html);
    expect(await page.locator('.utterances li').count()).toBe(50);
    expect(await page.locator('.pager span').first().textContent()).toBe('1–50 of 100\u202f000');
    await page.getByLabel('Search', { exact: true }).fill('prompts/99999');
    expect(await names(page)).toEqual(['prompts/99999']);
    expect(troubles).toEqual([]);
  });
});
