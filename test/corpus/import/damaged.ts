import { mkdtemp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeWav } from '../../../src/audio/wav.ts';
import { lookInto } from '../../../src/corpus/import/import.ts';
import { writeCorpus } from '../../../src/corpus/import/write-corpus.ts';
import { audioPath, loadManifest } from '../../../src/corpus/manifest.ts';
import {
  documentOf,
  TRANSCRIPT_FORMATS,
  writeChat,
  writeTrs,
  type TimedTranscript,
} from '../../../src/formats/index.ts';
import { InputError } from '../../../src/support/errors.ts';
import { mutated } from '../../formats/mutate.ts';

const SAID: TimedTranscript = {
  file: 'story.wav',
  seconds: 2.4,
  segments: [
    { start: 0, end: 1, text: 'ŋa "le" & <ho>', speaker: 'Ama' },
    { start: 1.5, end: 2.4, text: 'déjà 😀', speaker: 'Bo' },
  ],
};
const text = (content: string): Promise<Uint8Array> => Promise.resolve(Buffer.from(content));
const fixture = (name: string): Promise<Uint8Array> =>
  readFile(new URL(`../../fixtures/formats/${name}`, import.meta.url));

/** A file for each kind that an import reads, by its name. */
export const FILES: Record<string, () => Promise<Uint8Array>> = {
  'story.eaf': () => text(TRANSCRIPT_FORMATS.eaf.write(SAID).content),
  'story.TextGrid': () => fixture('praat-long.TextGrid'),
  'story.flextext': () => text(TRANSCRIPT_FORMATS.flextext.write(SAID).content),
  'story.exb': () => text(TRANSCRIPT_FORMATS.exb.write(SAID).content),
  'story.trs': () => text(writeTrs(documentOf(SAID)).content),
  'story.cha': () => text(writeChat(documentOf(SAID)).content),
  'story.srt': () => text(TRANSCRIPT_FORMATS.srt.write(SAID).content),
  'story.vtt': () => text(TRANSCRIPT_FORMATS.vtt.write(SAID).content),
  'story.stm': () => text(TRANSCRIPT_FORMATS.stm.write(SAID).content),
  'story.ctm': () => text('story 1 0.1 0.4 ŋa 0.9\nstory 1 0.5 0.4 le 0.8\n'),
  'story.txt': () => text('0.0\t1.0\tŋa le\n1.5\t2.4\tdéjà\n'),
  'table.csv': () => text('audio,text,start,end\nstory.wav,ŋa le,0,1\nstory.wav,déjà,1.5,2.4\n'),
  'metadata.csv': () => text('file_name,transcription\nstory.wav,ŋa le\n'),
  'validated.tsv': () => text('client_id\tpath\tsentence\nama\tstory.wav\tŋa le\n'),
  'manifest.json': () => text('{"audio_filepath": "story.wav", "duration": 2, "text": "ŋa le"}\n'),
  'data.parquet': () => fixture('snappy.parquet'),
  'words.xlsx': () => fixture('words.xlsx'),
};

/** What lies outside the folder: nothing of it may come into a corpus. */
const SECRET = 'what nobody may read';

/** A workplace with a folder to import, and beside it, also by links from inside it, what is none of its business. */
export async function trap(): Promise<string> {
  const place = await mkdtemp(path.join(tmpdir(), 'damaged-'));
  await mkdir(path.join(place, 'field'));
  await writeWav(path.join(place, 'field', 'story.wav'), new Float32Array(40_000));
  await writeWav(path.join(place, 'secret.wav'), new Float32Array(40_000));
  await writeFile(path.join(place, 'secret.txt'), `0\t1\t${SECRET}\n`);
  await writeFile(path.join(place, 'secret.srt'), `1\n00:00:00,000 --> 00:00:01,000\n${SECRET}\n`);
  for (const name of ['secret.wav', 'secret.srt', 'secret.txt'])
    await symlink(path.join(place, name), path.join(place, 'field', name));
  return place;
}

/**
 * Imports a damaged file as a person would who takes the first answer to each question.
 * @returns what is wrong with that: a crash, seconds of computing, a look outside the folder; undefined where all is well
 */
export async function faultOfImport(place: string, name: string, original: Uint8Array, seed: number): Promise<unknown> {
  const folder = path.join(place, 'field');
  await writeFile(path.join(folder, name), mutated(original, seed));
  const before = process.cpuUsage();
  try {
    const options = { name: `seed-${name.toLowerCase().replace(/\W/g, '-')}`, keepMissing: true };
    let plan = await lookInto(folder, options);
    for (let questions = 0; plan.question && questions < 5; questions++)
      plan = await lookInto(folder, { ...options, ...plan.options, ...plan.question.choices[0]!.options });
    const { folder: corpus } = await writeCorpus(plan);
    for (const utterance of await loadManifest(corpus)) {
      if (utterance.text.includes(SECRET)) return `it read ${utterance.source?.file}`;
      audioPath(corpus, utterance);
    }
  } catch (error) {
    if (!(error instanceof InputError)) return error;
  }
  const { user, system } = process.cpuUsage(before);
  return user + system > 1e6 ? `it took ${(user + system) / 1e6} s` : undefined;
}
