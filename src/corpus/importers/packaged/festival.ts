import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { prefetch } from '../../../support/prefetch.ts';
import { codeOf, messageOf, WorkError, type Place, type SetAside } from '../../../support/errors.ts';
import { Random } from '../../../support/random.ts';
import { phonesOf } from '../../../text/phonemise.ts';
import { durationOf } from '../../../audio/duration.ts';
import { placeInside, sourceFile, terms } from './terms.ts';
import type { Utterance } from '../../utterance.ts';
import { textsToSay } from './catalogues.ts';
import { docsPage } from '../../../support/package.ts';
import type { ImportContext } from './context.ts';

/** What source.yaml says of it. */
export const festivalSource = z.strictObject({
  ...terms,
  importer: z.literal('festival'),
  voices: z
    .array(
      z.strictObject({
        /** As the synthesiser calls it. */
        name: z.string().regex(/^\w+$/),
        engine: z.enum(['festival', 'flite']),
        /** Of the message catalogues that it reads aloud. */
        locale: placeInside,
        /** BCP 47, for the phones. */
        language: z.string(),
        /** Of the text that it takes, as iconv calls it. */
        encoding: z.string().default('UTF-8'),
      }),
    )
    .min(1),
  /** Utterances a voice. */
  utterances: z.number().int().positive(),
  seed: z.number().int(),
});
export type FestivalSource = z.infer<typeof festivalSource>;

type Voice = FestivalSource['voices'][number];

interface Job {
  id: string;
  voice: Voice;
  text: string;
}

/**
 * Synthetic speech with the timbre of real speakers: Festival and Flite join or model recordings of people. Texts are
 * those of message catalogues; their phones are what espeak-ng would say, since each synthesiser has an inventory of
 * its own.
 */
export async function* importFestival(
  source: FestivalSource,
  context: ImportContext,
): AsyncGenerator<Utterance | SetAside> {
  await mkdir(path.join(context.folder, 'audio'), { recursive: true });
  const jobs: Job[] = [];
  for (const voice of source.voices) jobs.push(...(await jobsOf(source, context.unpacked, voice)));
  const task = context.progress?.('synthesise', jobs.length, 'utterances');
  for await (const { result } of prefetch(jobs, 4, (job) => say(job, context.folder))) {
    context.signal?.throwIfAborted();
    task?.advance();
    yield result;
  }
  task?.done();
}

/** Each voice has texts of its own. */
async function jobsOf(source: FestivalSource, unpacked: string, voice: Voice): Promise<Job[]> {
  const random = new Random(`${source.seed}/${voice.name}`);
  const texts = await textsToSay(unpacked, voice.locale, random, source.utterances);
  return texts.map((text, i) => ({ id: `${voice.name}-${i + 1}`, voice, text }));
}

async function say({ id, voice, text }: Job, folder: string): Promise<Utterance | SetAside> {
  const audio = `audio/${id}.wav`;
  const file = path.join(folder, audio);
  const place: Place = { file: sourceFile(folder) };
  try {
    const bare = { id, audio, text, speaker: voice.name, language: voice.language };
    const phones = await phonesOf(bare, place);
    if (phones === '') return { item: id, reason: 'espeak-ng wrote a sign that is no phone of the inventory' };
    await (voice.engine === 'flite' ? flite(voice, text, file) : festival(voice, text, file));
    const duration = await durationOf(file);
    if (duration === undefined) return { item: id, reason: `${voice.engine} wrote nothing` };
    return { ...bare, phones, duration };
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new WorkError(
        `${voice.engine} is not installed`,
        `Debian: apt-get install festival flite, and the voices that ${docsPage('corpora.md')} lists. Then ` +
          'run the same command again.',
        {},
        error,
      );
    return { item: id, reason: `${voice.engine} can't say it: ${messageOf(error).split('\n')[0]}` };
  }
}

async function festival({ name, encoding }: Voice, text: string, file: string): Promise<void> {
  const { execa } = await import('execa');
  const textFile = `${file}.txt`;
  try {
    // Festival's voices are older than Unicode: each reads the encoding it was made for.
    const { stdout } = await execa('iconv', ['-f', 'UTF-8', '-t', `${encoding}//TRANSLIT`], {
      input: text,
      encoding: 'buffer',
    });
    await writeFile(textFile, stdout);
    await execa('text2wave', ['-eval', `(voice_${name})`, '-o', file, textFile], { timeout: 60_000 });
  } finally {
    await rm(textFile, { force: true });
  }
}

async function flite({ name }: Voice, text: string, file: string): Promise<void> {
  const { execa } = await import('execa');
  await execa('flite', ['-voice', name, '-t', text, '-o', file], { timeout: 60_000 });
}
