import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import {
  readEaf,
  readTextGrid,
  writeEaf,
  formatsNamed,
  writeTextGrid,
  type AnnotationDocument,
  type Tier,
} from '../../src/formats/index.ts';
import type { SetAside } from '../../src/support/errors.ts';
import { targetsOf } from '../../src/transcribe/targets.ts';
import type { BatchOptions } from '../../src/transcribe/batch/batch.ts';
import { transcribeInto } from '../../src/transcribe/transcribe-into.ts';
import { faultsOf } from '../formats/eaf/check-eaf.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

let model: string;
let folder: string;
const at = (name: string): string => path.join(folder, name);
const text = (name: string): Promise<string> => readFile(at(name), 'utf8');

/** What was written, relative to the test's folder, and what was set aside. */
async function run(
  paths: string[],
  options: Partial<BatchOptions>,
): Promise<{ files: string[]; setAside: SetAside[] }> {
  const result = { files: [] as string[], setAside: [] as SetAside[] };
  for await (const item of transcribeInto(model, paths.map(at), { formats: ['eaf'], ...options }))
    if ('reason' in item) result.setAside.push(item);
    else result.files.push(...(item.files ?? []).map((file) => path.relative(folder, file)));
  return result;
}

/** Lines move where tiers come in. */
const timesAndTexts = ({ annotations }: Tier): unknown =>
  annotations.map(({ id, start, end, text: said }) => [id, start, end, said]);

const human = (origin?: number): AnnotationDocument => ({
  media: [{ relativeUrl: './story.wav', mime: 'audio/x-wav', ...(origin === undefined ? {} : { origin }) }],
  tiers: [
    {
      ...{ id: 'utterance', kind: 'interval', type: 'tx' },
      annotations: [{ id: 'a1', start: 0.5, end: 1.25, text: 'by hand <&>' }],
    },
  ],
  ...{ properties: [], vocabularies: [], notes: [], span: { start: 0, end: 4 } },
});

beforeAll(async () => {
  model = await smallModel({ encoder: 'tiny', layers: [2] });
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'into-'));
  await mkdir(at('archive/day 1'), { recursive: true });
  await writeWav(at('archive/day 1/story.wav'), speechlike(4));
  await writeWav(at('archive/word.wav'), speechlike(2));
});

describe('transcribing into files', () => {
  it('writes several formats beside each recording', async () => {
    const { files, setAside } = await run(['archive'], { formats: ['eaf', 'srt', 'textgrid'] });
    expect(setAside).toEqual([]);
    expect(files.sort()).toEqual(
      ['day 1/story', 'word'].flatMap((stem) => ['TextGrid', 'eaf', 'srt'].map((end) => `archive/${stem}.${end}`)),
    );
    const eaf = await text('archive/day 1/story.eaf');
    expect(faultsOf(eaf)).toEqual([]);
    const { tiers, media } = readEaf(eaf, { file: 'story.eaf' });
    expect(media[0]).toMatchObject({ relativeUrl: './story.wav', mime: 'audio/x-wav' });
    expect(tiers.map(({ id }) => id)).toEqual(
      ['utterance', 'utterance-confidence', 'word', 'word-confidence'].map((kind) => `auto-${kind}`),
    );
    expect(tiers[0]!.annotations.length).toBeGreaterThan(0);
    expect(tiers[0]!.annotations.every(({ text: said }) => said !== '')).toBe(true);
    const words = tiers[2]!.annotations.map(({ text: word }) => word).join(' ');
    expect(words).toBe(tiers[0]!.annotations.map(({ text: said }) => said).join(' '));
    const grid = readTextGrid(await readFile(at('archive/day 1/story.TextGrid')), { file: 'x' });
    expect(grid.tiers[0]!.annotations.map(({ text: said }) => said)).toEqual(
      tiers[0]!.annotations.map(({ text: said }) => said),
    );
  });

  it('keeps the tree below a folder in --out, and links recordings from there', async () => {
    const { files } = await run(['archive', 'archive/word.wav'], { out: at('out/eafs') });
    expect([...new Set(files)].sort()).toEqual(['out/eafs/day 1/story.eaf', 'out/eafs/word.eaf']);
    const { media } = readEaf(await text('out/eafs/day 1/story.eaf'), { file: 'x' });
    expect(media[0]!.relativeUrl).toBe('../../../archive/day 1/story.wav');
    expect((await readdir(at('archive'))).sort()).toEqual(['day 1', 'word.wav']);
  });

  it('never writes over a file unless told to', async () => {
    await writeFile(at('archive/word.srt'), 'mine');
    const first = await run(['archive/word.wav'], { formats: ['srt', 'vtt'] });
    expect(first.files).toEqual(['archive/word.vtt']);
    expect(first.setAside).toEqual([
      {
        item: at('archive/word.srt'),
        reason: expect.stringMatching(/is there already; --overwrite/) as string,
        place: { file: at('archive/word.srt') },
      },
    ]);
    expect(await text('archive/word.srt')).toBe('mine');
    await run(['archive/word.wav'], { formats: ['srt'], overwrite: true });
    expect(await text('archive/word.srt')).toMatch(/-->/);
  });
});

describe('into a file that is there', () => {
  it.each([undefined, 0.5])('tiers are added to ELAN’s, and all else stays (origin %s)', async (origin) => {
    const before = writeEaf(human(origin)).content;
    await writeFile(at('archive/day 1/story.eaf'), before);
    expect((await run(['archive/day 1/story.wav'], {})).files).toEqual(['archive/day 1/story.eaf']);
    const after = await text('archive/day 1/story.eaf');
    expect(faultsOf(after)).toEqual([]);
    const [own, added] = readEaf(after, { file: 'x' }).tiers;
    expect(timesAndTexts(own!)).toEqual(timesAndTexts(human().tiers[0]!));
    expect(added!.id).toBe('auto-utterance');
    await run(['archive/day 1/story.wav'], { out: at('plain') });
    const [plain] = readEaf(await text('plain/story.eaf'), { file: 'x' }).tiers;
    const starts = plain!.annotations.map(({ start }) => start! - (origin ?? 0)).filter((start) => start >= 0);
    expect(added!.annotations.map(({ start }) => start)).toEqual(
      starts.map((start) => expect.closeTo(start, 2) as number),
    );
  });

  it('a second time only the added tiers are replaced, and only if told to', async () => {
    await writeFile(at('archive/word.eaf'), writeEaf(human()).content);
    await run(['archive/word.wav'], {});
    const once = await text('archive/word.eaf');
    const again = await run(['archive/word.wav'], {});
    expect(again.files).toEqual([]);
    expect(again.setAside[0]!.reason).toMatch(/has a tier auto-utterance already; --overwrite/);
    expect(await text('archive/word.eaf')).toBe(once);
    await run(['archive/word.wav'], { overwrite: true });
    const tiers = readEaf(await text('archive/word.eaf'), { file: 'x' }).tiers.map(({ id }) => id);
    expect(tiers).toEqual(readEaf(once, { file: 'x' }).tiers.map(({ id }) => id));
    expect(await text('archive/word.eaf')).toContain('by hand &lt;&amp;&gt;');
  });

  it('tiers are added to Praat’s; the file may be named', async () => {
    await writeFile(at('mine.TextGrid'), writeTextGrid(human()).content);
    expect((await run(['archive/day 1/story.wav'], { into: at('mine.TextGrid') })).files).toEqual(['mine.TextGrid']);
    const { tiers } = readTextGrid(await readFile(at('mine.TextGrid')), { file: 'x' });
    expect(tiers[0]!.annotations.map(({ text: said }) => said)).toEqual(['by hand <&>']);
    expect(tiers[1]!.id).toBe('auto-utterance');
    await expect(run(['archive'], { into: at('mine.TextGrid') })).rejects.toThrow(/for one recording, and here are 2/);
    await expect(run(['archive/word.wav'], { into: at('mine.txt') })).rejects.toThrow(/\.eaf or a \.TextGrid/);
  });

  it('a broken one is set aside, and left as it is', async () => {
    await writeFile(at('archive/word.eaf'), '<ANNOTATION_DOCUMENT>');
    const { files, setAside } = await run(['archive'], {});
    expect(files).toEqual(['archive/day 1/story.eaf']);
    expect(setAside).toMatchObject([{ item: at('archive/word.eaf') }]);
    expect(await text('archive/word.eaf')).toBe('<ANNOTATION_DOCUMENT>');
  });
});

describe('names of what is written', () => {
  it('keep the recording’s ending where two recordings differ in nothing else', () => {
    const targets = targetsOf([], ['a/x.wav', 'a/x.mp3', 'a/y.wav'], ['eaf'], undefined);
    expect([...targets.values()].flat().map(({ file }) => file)).toEqual(['a/x.wav.eaf', 'a/x.mp3.eaf', 'a/y.eaf']);
  });

  it('are refused where two recordings would have one', () => {
    expect(() => targetsOf(['a/x.wav', 'b/x.wav'], ['a/x.wav', 'b/x.wav'], ['eaf'], 'out')).toThrow(
      /a\/x\.wav and b\/x\.wav would be written to one file/,
    );
  });

  it('are formats, with commas between them', () => {
    expect(formatsNamed('eaf, SRT,eaf')).toEqual(['eaf', 'srt']);
    for (const wrong of ['docx', 'eaf,,srt', '', 'toString']) expect(() => formatsNamed(wrong)).toThrow(/--format/);
  });
});
