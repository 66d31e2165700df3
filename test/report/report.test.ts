import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { encodeMp3 } from '../../src/audio/encode.ts';
import { confusions } from '../../src/evaluate/confusions.ts';
import { alignPairs, score } from '../../src/evaluate/score.ts';
import type { ReportData } from '../../src/report/data.ts';
import { renderReport } from '../../src/report/page.ts';

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const NASTY = `</p><script>window.hacked = true</script>"'&`;

async function data(): Promise<ReportData> {
  const pairs = alignPairs([
    { id: 'a', reference: 'il cane dorme qui', hypothesis: 'il pane dorme', seconds: 1 },
    { id: NASTY, reference: NASTY, hypothesis: `x ${NASTY}`, seconds: 2 },
  ], (text) => [...text]);
  const tone = Float32Array.from({ length: 16000 }, (_, i) => 0.3 * Math.sin(i / 6));
  const audio = { dataUri: `data:audio/mpeg;base64,${Buffer.from(await encodeMp3(tone)).toString('base64')}`, peaks: [0.1, 0.5, 0.3] };
  const scores = score(pairs);
  return {
    title: `Report ${NASTY}`, language: 'it', createdAt: '2026-01-02T03:04:05Z', unit: 'graphemes',
    rows: [{ name: 'test', note: NASTY, scores }, { name: 'test, untrained encoder', note: '', scores }],
    epochs: [1, 2, 3].map((epoch) => ({ epoch, train_loss: 3 / epoch, dev_loss: 4 / epoch, dev_cer: 1 / epoch })),
    utterances: pairs.map((pair) => ({ pair, audio })),
    confusions: confusions(pairs, 5), costs: [['Training', NASTY]], setAside: [{ item: NASTY, reason: NASTY }], recipe: NASTY,
    sources: [{ title: NASTY, licence: NASTY, attribution: NASTY, url: 'javascript:alert(1)' }],
  };
}

describe('a report', () => {
  it('escapes all that comes from outside', async () => {
    const html = renderReport(await data());
    expect(html).not.toContain('<script');
    expect(html).not.toContain('javascript:alert');
    expect(html).toContain('&#60;script&#62;');
  });

  it.skipIf(!BROWSER)('opens in a browser: no error, no request, players that play', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'report-')), 'report.html');
    await writeFile(file, renderReport(await data()));
    const browser = await chromium.launch({ executablePath: BROWSER!, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'] });
    try {
      const page = await browser.newPage();
      const [problems, requests]: [string[], string[]] = [[], []];
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('request', (request) => !/^(file|data):/.test(request.url()) && requests.push(request.url()));
      await page.goto(`file://${file}`);
      expect(await page.locator('h1').textContent()).toBe(`Report ${NASTY}`);
      expect(await page.locator('.utterances li').count()).toBe(2);
      expect(await page.locator('.utterances li').first().locator('.substitute').textContent()).toBe('cane pane');
      const seconds = await page.locator('audio').first().evaluate(async (element) => {
        const player = element as unknown as { play(): Promise<void>; duration: number };
        await player.play();
        return player.duration;
      });
      expect(seconds).toBeCloseTo(1, 0);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(problems).toEqual([]);
      expect(requests).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
