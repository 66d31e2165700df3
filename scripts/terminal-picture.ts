import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const RECORDING = 'docs/pictures/terminal.cast';
const PICTURE = 'docs/pictures/terminal.png';
const PLAYER = 'node_modules/asciinema-player/dist/bundle/asciinema-player';

/** How the recording ends, as a picture for where it can't be played. */
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({ viewport: { width: 860, height: 600 }, deviceScaleFactor: 1.5 });
  await page.addStyleTag({ path: `${PLAYER}.css` });
  await page.addStyleTag({ content: '.ap-overlay { display: none !important }' });
  await page.addScriptTag({ path: `${PLAYER}.min.js` });
  const data = JSON.stringify(readFileSync(RECORDING, 'utf8'));
  await page.evaluate(
    `AsciinemaPlayer.create({ data: ${data} }, document.body, { controls: false, cursorMode: 'hidden' }).seek('100%')`,
  );
  await page.locator('.ap-term').screenshot({ path: PICTURE });
} finally {
  await browser.close();
}
