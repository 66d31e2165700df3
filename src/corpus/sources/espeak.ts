import { execa } from 'execa';
import { mo } from 'gettext-parser';
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ahead } from '../../support/ahead.ts';
import { codeOf, messageOf, WorkError, type SetAside } from '../../support/errors.ts';
import { Random } from '../../support/random.ts';
import { normalisePhones } from '../../text/phones.ts';
import type { EspeakSource } from '../source.ts';
import type { Utterance } from '../utterance.ts';
import type { ImportContext } from './index.ts';

const [SHORTEST_TEXT, LONGEST_TEXT] = [25, 90];
/** Marks of computer text, which nobody says: placeholders, options, paths, markup. */
const NOT_PROSE = /[\p{Nd}%$<>{}[\]/\\=*@#|~^`+]|--/u;

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
export async function* importEspeak(source: EspeakSource, context: ImportContext): AsyncGenerator<Utterance | SetAside> {
  await mkdir(path.join(context.folder, 'audio'), { recursive: true });
  const jobs: Job[] = [];
  for (const [locale, voice] of Object.entries(source.voices)) jobs.push(...jobsOf(source, locale, voice, await textsOf(context.unpacked, locale)));
  const task = context.progress?.('synthesise', jobs.length, 'utterances');
  for await (const { item, result } of ahead(jobs, 4, (job) => say(job, context.folder))) {
    context.signal?.throwIfAborted();
    task?.advance();
    yield 'reason' in result ? result : { ...result, language: item.locale.replace('_', '-') };
  }
  task?.done();
}

/** All that message catalogues say in a language, cut into phrases, in a fixed order. */
async function textsOf(unpacked: string, locale: string): Promise<string[]> {
  const folder = path.join(unpacked, 'usr/share/locale', locale, 'LC_MESSAGES');
  const texts = new Set<string>();
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const catalogue = mo.parse(await readFile(path.join(folder, name)));
    for (const context of Object.values(catalogue.translations))
      for (const message of Object.values(context))
        for (const translation of message.msgstr)
          if (message.msgid !== '' && translation !== message.msgid) for (const phrase of phrasesOf(translation)) texts.add(phrase);
  }
  return [...texts].sort();
}

function phrasesOf(text: string): string[] {
  const phrases = text.replace(/[_&]/g, '').split(/[.!?:;\n()]+/).map((phrase) => phrase.replace(/\s+/g, ' ').replace(/^[ ,'"«»„“”]+|[ ,'"«»„“”]+$/g, ''));
  return phrases.filter((phrase) => phrase !== '' && !NOT_PROSE.test(phrase));
}

/** Short phrases are strung together until they are worth saying. */
function jobsOf(source: EspeakSource, locale: string, voice: string, texts: string[]): Job[] {
  const random = new Random(`${source.seed}/${locale}`);
  const jobs: Job[] = [];
  let waiting: string[] = [];
  for (const text of random.shuffle(texts)) {
    waiting.push(text);
    const joined = waiting.join(', ');
    if (joined.length < SHORTEST_TEXT) continue;
    waiting = [];
    if (joined.length > LONGEST_TEXT) continue;
    jobs.push({ id: `${locale}-${jobs.length + 1}`, locale, voice: `${voice}+${random.pick(source.variants)}`, speed: 110 + random.int(100), pitch: 15 + random.int(70), text: joined });
    if (jobs.length === source.utterances) break;
  }
  return jobs;
}

async function say(job: Job, folder: string): Promise<Utterance | SetAside> {
  const audio = `audio/${job.id}.wav`;
  const file = path.join(folder, audio);
  try {
    const { stdout } = await execa('espeak-ng', ['-v', job.voice, '--ipa', '-w', file, '-s', String(job.speed), '-p', String(job.pitch), '--', job.text]);
    const phones = normalisePhones(stdout);
    if (phones.length === 0) return { item: job.id, reason: 'espeak-ng wrote a sign that is no phone of the inventory' };
    // espeak-ng writes 22.05 kHz, 16 bit, mono.
    const duration = ((await stat(file)).size - 44) / 44100;
    return { id: job.id, audio, text: job.text, phones: phones.join(' '), speaker: job.voice, duration };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new WorkError('espeak-ng is not installed', 'Debian: apt-get install espeak-ng. Then run the same command again.', {}, error);
    return { item: job.id, reason: `espeak-ng can't say it: ${messageOf(error).split('\n')[0]}` };
  }
}
