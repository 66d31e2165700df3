import { execa } from 'execa';
import { mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { exportModel } from '../../src/export/export.ts';
import { childrenOf, parseXml, textOf } from '../../src/formats/xml/parse.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

let [extension, work] = ['', ''];

/** What ELAN does: it reads the .cmdi, starts the launcher in its folder without PATH, and writes the parameters to it. */
async function elan(parameters: Record<string, string>): Promise<{ lines: string[]; exitCode: number | undefined }> {
  const cmdi = await readFile(path.join(extension, 'small.cmdi'), 'utf8');
  const [, launcher = ''] = /runLinux="([^"]*)"/.exec(cmdi) ?? [];
  const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll("'", '&apos;');
  const params = Object.entries(parameters).map(
    ([name, value]) => `  <param name="${name}">${escaped(value)}</param>\n`,
  );
  const input = `<?xml version="1.0" encoding="UTF-8"?>\n<PARAM xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="file:avatech-call.xsd">\n${params.join('')}</PARAM>\n`;
  const { stdout, exitCode } = await execa(launcher, {
    cwd: extension,
    input,
    extendEnv: false,
    env: { HOME: work },
    reject: false,
  });
  return { lines: stdout.split('\n'), exitCode };
}

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), "it's elan-"));
  const model = await smallModel({ encoder: 'tiny', layers: [2] });
  const { folder } = await exportModel(model, 'elan', path.join(work, 'made'));
  await rename(folder, path.join(work, 'moved'));
  extension = path.join(work, 'moved');
  await writeWav(path.join(work, "ama's story & more.wav"), speechlike(600));
}, 60_000);

describe('a model in ELAN', () => {
  it('stands in its list by a well-formed .cmdi', async () => {
    const root = parseXml(await readFile(path.join(extension, 'small.cmdi'), 'utf8'), 'small.cmdi');
    const recogniser = childrenOf(childrenOf(root, 'Components')[0]!, 'RECOGNIZER')[0]!;
    const [about] = childrenOf(recogniser, 'recognizer');
    expect(textOf(about)).toBe('isogloss: small');
    expect(about!.attributes).toMatchObject({
      recognizerType: 'local',
      runMac: './small.sh',
      runWin: 'cmd /c .\\small.bat',
    });
    expect(childrenOf(recogniser, 'output').map(textOf)).toEqual(['utterances', 'words']);
    expect(await readFile(path.join(extension, 'small.bat'), 'latin1')).toMatch(/elan-recogniser model\r\n$/);
  });

  it('fills tiers: parameters in, progress and a result out', async () => {
    const [utterances, words] = [path.join(work, 'u.xml'), path.join(work, 'w.xml')];
    const source = path.join(work, "ama's story & more.wav");
    const { lines, exitCode } = await elan({ source, utterances, words });
    expect(lines.at(-1), lines.join('\n')).toBe('RESULT: DONE.');
    expect(exitCode).toBe(0);
    const progress = lines.slice(0, -1).map((line) => Number(/^PROGRESS: (\d+)% /.exec(line)?.[1]));
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(Math.max(...progress)).toBeLessThan(100);
    // The recording is ten times as long as what is heard at once.
    expect(new Set(progress).size).toBeGreaterThan(4);
    const spans = async (file: string): Promise<{ start: number; end: number; text: string }[]> => {
      const tier = parseXml(await readFile(file, 'utf8'), file);
      expect(tier.name).toBe('TIER');
      return childrenOf(tier, 'span').map((span) => ({
        start: Number(span.attributes.start),
        end: Number(span.attributes.end),
        text: textOf(childrenOf(span, 'v')[0]),
      }));
    };
    const said = await spans(utterances);
    expect(said.length).toBeGreaterThan(0);
    for (const { start, end, text } of said) expect(start < end && end <= 600.001 && text !== '').toBe(true);
    expect((await spans(words)).map(({ text }) => text).join(' ')).toBe(said.map(({ text }) => text).join(' '));
  }, 60_000);

  it('says what is wrong where it can’t', async () => {
    const missing = await elan({ source: path.join(work, 'lost.wav'), utterances: path.join(work, 'x.xml') });
    expect(missing.lines).toEqual([`ERROR: ${path.join(work, 'lost.wav')} is not there`, 'RESULT: FAILED.']);
    expect(missing.exitCode).toBe(1);
    await writeFile(path.join(work, 'noise.wav'), 'not sound');
    const broken = await elan({ source: path.join(work, 'noise.wav'), utterances: path.join(work, 'x.xml') });
    expect(broken.lines.at(-1)).toBe('RESULT: FAILED.');
    expect((await elan({ source: path.join(work, 'noise.wav') })).lines).toEqual([
      'ERROR: no file for a tier is named',
      'RESULT: FAILED.',
    ]);
  }, 60_000);
});
