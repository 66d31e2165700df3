import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { exportModel } from '../../src/export/export.ts';
import { transcribe, type Transcript } from '../../src/transcribe/transcribe.ts';
import { smallModel, speechlike } from '../model/small-model.ts';
import { BROWSER } from '../report/browser.ts';

let browser: Browser;
let [folder, recording, page] = ['', '', ''];
let expected: Transcript;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'web page-'));
  recording = path.join(folder, 'recording.wav');
  await writeWav(recording, speechlike(30));
  const model = await smallModel({ encoder: 'embedded', layers: [1] });
  for await (const item of transcribe(model, [recording])) expected = item as Transcript;
  ({ folder: page } = await exportModel(model, 'web', path.join(folder, 'page')));
  if (BROWSER)
    browser = await chromium.launch({
      executablePath: BROWSER,
      args: [
        ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
        ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
        `--use-file-for-fake-audio-capture=${recording}%noloop`,
      ],
    });
}, 120_000);
afterAll(() => browser?.close());

it('is a folder of a few files', async () => {
  const names = await readdir(page);
  expect(names.sort()).toEqual(['README.md', 'index.html', 'model-1.js', 'page.js', 'runtime-1.js', 'runtime-2.js']);
});

/** Opens the page. @returns with it what it said was wrong, and what it asked for beyond its own folder */
async function opened(address: string): Promise<{ page: Page; troubles: string[] }> {
  const context = await browser.newContext({ viewport: { width: 900, height: 800 }, acceptDownloads: true });
  const one = await context.newPage();
  one.setDefaultTimeout(120_000);
  const troubles: string[] = [];
  one.on('console', (message) => ['error', 'warning'].includes(message.type()) && troubles.push(message.text()));
  one.on('pageerror', (error) => troubles.push(error.message));
  const own = address.replace('index.html', '');
  one.on('request', (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith('blob:')) troubles.push(request.url());
  });
  await one.goto(address);
  await one.waitForSelector('html[data-ready]', { state: 'attached' });
  expect(await one.textContent('#status')).toBe('Ready.');
  return { page: one, troubles };
}

const textsOn = (one: Page): Promise<string[]> => one.locator('#said li > span').allTextContents();

async function transcribed(one: Page): Promise<void> {
  await one.setInputFiles('#file', recording);
  await one.waitForSelector('#status:text-is("Done.")');
}

describe.skipIf(!BROWSER)('in Chromium', { tags: ['slow'] }, () => {
  const said = (): string[] => expected.segments.map(({ text }) => text).filter(Boolean);

  it('opened from the folder, writes what transcribe writes, and asks for nothing else', async () => {
    const { page: one, troubles } = await opened(`file://${encodeURI(path.join(page, 'index.html'))}`);
    await transcribed(one);
    expect(await textsOn(one)).toEqual(said());
    const times = await one.locator('#said li > button').allTextContents();
    expect(times).toHaveLength(said().length);
    expect(times[0]).toMatch(/^0:\d\d\.\d$/);
    const [download] = await Promise.all([one.waitForEvent('download'), one.click('#subtitles')]);
    expect(download.suggestedFilename()).toBe('recording.srt');
    expect(readFileSync(await download.path(), 'utf8')).toContain(said()[0]);
    expect(troubles).toEqual([]);
    await one.context().close();
  });

  it('served, hears the microphone', async () => {
    const server = createServer((request, response) => {
      const name = path.basename(request.url!);
      response.setHeader('content-type', name.endsWith('.js') ? 'text/javascript' : 'text/html');
      response.end(readFileSync(path.join(page, name)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { page: one, troubles } = await opened(`http://127.0.0.1:${port}/index.html`);
    await one.click('#speak');
    await one.waitForSelector('#speak:not(:disabled)');
    await one.waitForTimeout(6000);
    await one.click('#speak');
    await one.waitForSelector('html[data-ready]', { state: 'attached' });
    expect((await textsOn(one)).join('')).not.toBe('');
    expect(troubles.filter((text) => !text.endsWith('/favicon.ico'))).toEqual([]);
    await one.context().close();
    server.close();
  });

  it('tells what it can’t read', async () => {
    const { page: one } = await opened(`file://${encodeURI(path.join(page, 'index.html'))}`);
    await one.setInputFiles('#file', { name: 'a.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound') });
    await one.waitForSelector('#status:has-text("can’t read")');
    await one.context().close();
  });
});

it('comes by the command', async () => {
  const model = await smallModel({ encoder: 'tiny', layers: [1] });
  const { stdout } = await execa('node', [
    'bin/run.js',
    'export',
    model,
    '--format',
    'web',
    '--to',
    path.join(folder, 'two'),
  ]);
  expect(stdout).toContain('index.html');
});
