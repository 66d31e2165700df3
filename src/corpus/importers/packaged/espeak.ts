import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { prefetch } from '../../../support/prefetch.ts';
import { codeOf, messageOf, WorkError, type SetAside } from '../../../support/errors.ts';
import { Random } from '../../../support/random.ts';
import { normalisePhones } from '../../../text/phones.ts';
import type { Utterance } from '../../utterance.ts';
import { textsToSay } from './catalogues.ts';
import type { ImportContext } from './context.ts';
import { placeInside, terms } from './terms.ts';

/** What source.yaml says of it. */
export const espeakSource = z.strictObject({
  ...terms,
  importer: z.literal('espeak'),
  /** Locale of the message catalogues that are read aloud → espeak-ng voice. */
  voices: z.record(placeInside, z.string()),
  /** Timbres, espeak-ng's voice variants. */
  variants: z.array(z.string()).min(1),
  /** Utterances a language. */
  utterances: z.number().int().positive(),
  seed: z.number().int(),
});
export type EspeakSource = z.infer<typeof espeakSource>;

interface Job {
  id: string;
  locale: string;
  voice: string;
  /** Words a minute, and pitch from 0 to 99, as espeak-ng has them. */
  speed: number;
  pitch: number;
  text: string;
}

/** Synthetic speech in many languages: espeak-ng says what message catalogues have in them, and tells the phones. */
export async function* importEspeak(
  source: EspeakSource,
  context: ImportContext,
): AsyncGenerator<Utterance | SetAside> {
  await mkdir(path.join(context.folder, 'audio'), { recursive: true });
  const jobs: Job[] = [];
  for (const [locale, voice] of Object.entries(source.voices))
    jobs.push(...(await jobsOf(source, context.unpacked, locale, voice)));
  const task = context.progress?.('synthesise', jobs.length, 'utterances');
  for await (const { item, result } of prefetch(jobs, 4, (job) => say(job, context.folder))) {
    context.signal?.throwIfAborted();
    task?.advance();
    yield 'reason' in result ? result : { ...result, language: item.locale.replace('_', '-') };
  }
  task?.done();
}

async function jobsOf(source: EspeakSource, unpacked: string, locale: string, voice: string): Promise<Job[]> {
  const random = new Random(`${source.seed}/${locale}`);
  const texts = await textsToSay(unpacked, locale, random, source.utterances);
  return texts.map((text, i) => ({
    id: `${locale}-${i + 1}`,
    locale,
    voice: `${voice}+${random.pick(source.variants)}`,
    speed: 110 + random.int(100),
    pitch: 15 + random.int(70),
    text,
  }));
}

async function say(job: Job, folder: string): Promise<Utterance | SetAside> {
  const audio = `audio/${job.id}.wav`;
  const file = path.join(folder, audio);
  try {
    const { execa } = await import('execa');
    const { stdout } = await execa('espeak-ng', [
      '-v',
      job.voice,
      '--ipa',
      '-w',
      file,
      '-s',
      String(job.speed),
      '-p',
      String(job.pitch),
      '--',
      job.text,
    ]);
    const phones = normalisePhones(stdout);
    if (phones.length === 0)
      return { item: job.id, reason: 'espeak-ng wrote a sign that is no phone of the inventory' };
    // espeak-ng writes 22.05 kHz, 16 bit, mono.
    const duration = ((await stat(file)).size - 44) / 44100;
    return { id: job.id, audio, text: job.text, phones: phones.join(' '), speaker: job.voice, duration };
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new WorkError(
        'espeak-ng is not installed',
        'Debian: apt-get install espeak-ng. Then run the same command again.',
        {},
        error,
      );
    return { item: job.id, reason: `espeak-ng can't say it: ${messageOf(error).split('\n')[0]}` };
  }
}
