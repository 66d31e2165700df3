/** @module-tag slow */
import { execa } from 'execa';
import { copyFile, mkdir, mkdtemp, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { decodeAudio } from '../../src/audio/decode.ts';
import { SAMPLE_RATE } from '../../src/audio/format.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { fetchCorpus } from '../../src/corpus/fetch/fetch.ts';
import { audioPath, loadManifest } from '../../src/corpus/manifest.ts';
import { readEaf, writeEaf, type Annotation, type AnnotationDocument } from '../../src/formats/index.ts';
import { withoutPlaces } from '../formats/arbitrary.ts';

const PROGRAM = path.resolve('bin/run.js');
const [RECORDINGS, IN_EACH, UNTRANSCRIBED] = [12, 8, 2];
const PAUSE = 0.6;

let [place, field] = ['', ''];

/** The commands of the page, in which a name stands for the reader's own folder, and another for the model that adapt made. */
async function tutorial(): Promise<string[][]> {
  const page = await readFile('docs/tutorial-elan.md', 'utf8');
  const [, block = ''] = /```\n([^`]*)```/.exec(page) ?? [];
  return block
    .trim()
    .split('\n')
    .map((line) => line.replace('~/fieldwork/abui', field).split(' ').slice(1));
}

const isogloss = async (args: readonly string[]): Promise<string> => {
  const { stdout, stderr, exitCode } = await execa('node', [PROGRAM, ...args], { cwd: place, reject: false });
  expect(exitCode, `${args.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
};

/** Real sentences with pauses between them, as ELAN files with a tier of what is said; the last are not transcribed yet. */
async function fieldwork(): Promise<void> {
  const { folder } = await fetchCorpus('asterisk-it');
  const sentences = (await loadManifest(folder)).filter(({ text }) => text.length > 15 && !/\d/.test(text));
  for (let r = 0; r < RECORDINGS; r++) {
    const parts: Float32Array[] = [];
    const annotations: Annotation[] = [];
    let at = 0;
    for (const utterance of sentences.slice(r * IN_EACH, (r + 1) * IN_EACH)) {
      const samples = await decodeAudio(audioPath(folder, utterance));
      const seconds = samples.length / SAMPLE_RATE;
      annotations.push({ id: `a${annotations.length + 1}`, start: at, end: at + seconds, text: utterance.text });
      parts.push(samples, new Float32Array(PAUSE * SAMPLE_RATE));
      at += seconds + PAUSE;
    }
    const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    parts.reduce((to, part) => (all.set(part, to), to + part.length), 0);
    await writeWav(path.join(field, `story ${r + 1}.wav`), all);
    if (r >= RECORDINGS - UNTRANSCRIBED) continue;
    const tier = { id: 'Phrase', kind: 'interval' as const, type: 'default-lt', participant: 'SL', annotations };
    const media = [{ url: `file:///C:/elsewhere/story ${r + 1}.wav`, mime: 'audio/x-wav' }];
    const document = { media, tiers: [tier], properties: [], vocabularies: [], notes: [] };
    await writeFile(path.join(field, `story ${r + 1}.eaf`), writeEaf(document).content);
  }
}

const documentAt = async (file: string): Promise<AnnotationDocument> =>
  withoutPlaces(readEaf(await readFile(file), { file }));

beforeAll(async () => {
  place = await realpath(await mkdtemp(path.join(tmpdir(), 'tutorial-')));
  field = path.join(place, 'fieldwork', 'abui');
  await mkdir(field, { recursive: true });
  await fieldwork();
  await mkdir(path.join(place, 'before'));
  for (const name of (await readdir(field)).filter((one) => one.endsWith('.eaf')))
    await copyFile(path.join(field, name), path.join(place, 'before', name));
});

it('the tutorial leads from a folder of ELAN files to drafts in them, and round again', async () => {
  const [importIt, adapt, transcribe] = await tutorial();
  expect(await isogloss(importIt!)).toMatch(/80 utterances[^]*from the tier Phrase[^]*speakers: SL \(80\)/);
  const adapted = await isogloss([...adapt!, '--budget', '90s']);
  const [, model = ''] = /^model\s+(\S+)$/m.exec(adapted) ?? [];
  const withModel = transcribe!.map((arg) => (/^runs\/abui-\w+\/model$/.test(arg) ? model : arg));
  expect(withModel).toContain(model);
  await isogloss(withModel);

  for (let r = 1; r <= RECORDINGS; r++) {
    const file = path.join(field, `story ${r}.eaf`);
    const { tiers, media } = await documentAt(file);
    const transcribed = r <= RECORDINGS - UNTRANSCRIBED;
    const drafts = ['utterance', 'utterance-confidence', 'word', 'word-confidence'].map((kind) => `auto-${kind}`);
    expect(tiers.map(({ id }) => id)).toEqual([...(transcribed ? ['Phrase'] : []), ...drafts]);
    const said = tiers.find(({ id }) => id === 'auto-utterance')!.annotations;
    // A pause parts them; now and then a breath inside a sentence does too.
    expect(said.length).toBeGreaterThanOrEqual(IN_EACH / 2);
    if (transcribed) {
      const before = await documentAt(path.join(place, 'before', `story ${r}.eaf`));
      expect(tiers[0]).toEqual(before.tiers[0]);
    } else expect(media[0]!.relativeUrl).toBe(`./story ${r}.wav`);
  }

  // The drafts are no transcripts: the second time the same 80 utterances are found, and nobody is asked.
  expect(await isogloss(importIt!)).toMatch(/80 utterances[^]*from the tier Phrase/);
  await isogloss([...withModel, '--overwrite']);
}, 1_200_000);
