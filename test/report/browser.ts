import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: BROWSER!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });

export interface Opened {
  page: Page;
  /** Errors that the page logged or threw, and what it asked the network for: none, if all is well. */
  troubles: string[];
}

/** Writes a page to a file and opens that, as its reader would. */
export async function open(browser: Browser, html: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'report-')), 'report.html');
  await writeFile(file, html);
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
  page.setDefaultTimeout(120_000);
  const troubles: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on(
    'request',
    (request) =>
      !request.url().startsWith('data:') && request.url() !== `file://${file}` && troubles.push(request.url()),
  );
  await page.goto(`file://${file}`);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  return { page, troubles };
}
