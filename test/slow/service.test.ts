/** @module-tag slow */
import { serve, type Service } from 'isogloss/serve';
import { execa } from 'execa';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OpenAI, toFile } from 'openai';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { decodeAudio } from '../../src/audio/decode.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { loadManifest } from '../../src/corpus/index.ts';
import { cer } from '../../src/index.ts';
import { exportModel } from '../../src/export/index.ts';
import { transcribe, type Transcript } from '../../src/transcribe/index.ts';
import { BROWSER } from '../report/browser.ts';
import { SHORT } from './short-run.ts';

/** Three minutes of real Italian, so that training takes seconds and what is written is Italian nearly everywhere. */
const RECIPE = SHORT.replace('name: short', 'name: service');
const CORPUS = 'corpora/asterisk-it';
/** Prompts, and all of them in one recording with pauses of 0.8 s. */
const PROMPTS = 16;

let run = '';
const prompts: { file: string; text: string }[] = [];
let recording = '';
let samples: Float32Array;
let expected: Transcript;
let service: Service;

async function transcriptOf(file: string): Promise<Transcript> {
  for await (const item of transcribe(run, [file])) if ('text' in item) return item;
  throw new Error(`no transcript of ${file}`);
}

beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'service-'));
  const recipe = path.join(folder, 'service.yaml');
  await writeFile(recipe, RECIPE);
  await execa('node', ['bin/run.js', 'corpus', 'fetch', 'asterisk-it'], { reject: false });
  const { stdout } = await execa('node', ['bin/run.js', 'run', recipe, '--runs', folder, '--json']);
  ({ folder: run } = JSON.parse(stdout) as { folder: string });
  for (const { audio, text = '' } of await loadManifest(CORPUS))
    if (text.length > 40 && prompts.length < PROMPTS) prompts.push({ file: path.join(CORPUS, audio), text });
  const pause = new Float32Array(0.8 * 16_000);
  const parts = await Promise.all(prompts.map(async ({ file }) => [await decodeAudio(file), pause]));
  samples = Float32Array.from(parts.flat().flatMap((part) => [...part]));
  recording = path.join(folder, 'recording.wav');
  await writeWav(recording, samples);
  expected = await transcriptOf(recording);
  service = await serve([run], { port: 0 });
}, 600_000);
afterAll(() => service.close());

describe('real speech', () => {
  it('comes back from the service as transcribe writes it, sixteen clients at once, whatever the format of the files', async () => {
    const client = new OpenAI({ baseURL: `${service.address}/v1`, apiKey: 'none', maxRetries: 0 });
    const texts = await Promise.all(
      prompts.map(async ({ file }) => {
        const sent = await toFile(await readFile(file), path.basename(file));
        return (await client.audio.transcriptions.create({ model: 'service', file: sent })).text;
      }),
    );
    const alone = await Promise.all(prompts.map(async ({ file }) => (await transcriptOf(file)).text));
    // Side by side, sums come out otherwise in their last digits: a tie between two letters may, too.
    expect(cer(alone, texts)).toBeLessThan(0.005);
  }, 300_000);

  it('spoken live, becomes nearly the text that the whole recording gives', async () => {
    const socket = new WebSocket(`${service.address.replace('http', 'ws')}/v1/audio/live`);
    const messages: { type: string; text: string }[] = [];
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(String(data)) as { type: string; text: string }));
    await new Promise((resolve) => socket.once('open', resolve));
    const pcm = Buffer.from(Int16Array.from(samples, (x) => 32767 * x).buffer);
    for (let at = 0; at < pcm.length; at += 3200) socket.send(pcm.subarray(at, at + 3200));
    socket.send('{"type":"end"}');
    await new Promise((resolve) => socket.once('close', resolve));
    const { text } = messages.at(-1)!;
    expect(messages.filter(({ type }) => type === 'segment').length).toBeGreaterThan(0.8 * PROMPTS);
    expect(cer([expected.text], [text])).toBeLessThan(0.05);
  }, 300_000);

  it.skipIf(!BROWSER)(
    'in a browser, becomes the text that transcribe writes',
    async () => {
      const { folder } = await exportModel(run, 'web');
      const browser = await chromium.launch({ executablePath: BROWSER!, args: ['--no-sandbox', '--disable-gpu'] });
      const page = await browser.newPage();
      await page.goto(`file://${path.resolve(folder, 'index.html')}`);
      await page.waitForSelector('html[data-ready]', { state: 'attached', timeout: 120_000 });
      await page.setInputFiles('#file', recording);
      await page.waitForSelector('#status:text-is("Done.")', { timeout: 120_000 });
      const texts = await page.locator('#said li > span').allTextContents();
      await browser.close();
      expect(texts).toEqual(expected.segments.map(({ text }) => text).filter(Boolean));
    },
    300_000,
  );
});
