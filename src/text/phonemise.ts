import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from '../support/cache-folder.ts';
import { codeOf, InputError, messageOf, type Place } from '../support/errors.ts';
import { sha256, writeAtomic } from '../support/files.ts';
import { ExcludedText } from './normalise.ts';
import { normalisePhones } from './phones.ts';

/** Of an utterance, what its phones are found from. */
export interface Transcribed {
  text: string;
  phones?: string;
  language?: string;
}

/** espeak-ng's voice where it isn't called after the language. */
const VOICES: Readonly<Record<string, string>> = { 'en-US': 'en-us', 'es-MX': 'es-419', 'fr-CA': 'fr-fr' };

/**
 * An utterance's phones, `|` between words: as the manifest has them, else as espeak-ng would say the text.
 * @param language the recipe's: of utterances that name none
 * @throws InputError when espeak-ng is wanted and not there, ExcludedText when it has no such voice or can't say the
 * text
 */
export async function phonesOf(utterance: Transcribed, place: Place, language?: string): Promise<string> {
  if (utterance.phones !== undefined) return utterance.phones;
  const spokenIn = utterance.language ?? language;
  if (spokenIn === undefined || spokenIn === 'mul' || spokenIn === 'und')
    throw new ExcludedText('it has no phones, and no language that espeak-ng could say it in');
  const voice = VOICES[spokenIn] ?? spokenIn.toLowerCase();
  try {
    return normalisePhones(await spoken(voice, utterance.text)).join(' ');
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new InputError(
        'espeak-ng is not installed',
        'Phones come from espeak-ng (Debian: apt-get install espeak-ng), or from `phones` in the manifest.',
        place,
        error,
      );
    throw new ExcludedText(
      `espeak-ng can't say it in ${voice}, and the manifest has no phones: ${messageOf(error).split('\n').at(-1)}`,
    );
  }
}

/**
 * IPA as espeak-ng writes it, from the cache where the text was asked for before: a process each would be minutes for
 * ten thousand.
 */
async function spoken(voice: string, text: string): Promise<string> {
  const file = path.join(cacheFolder(), 'phones', sha256(`${await espeakVersion()} ${voice} ${text}`));
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  const { execa } = await import('execa');
  const { stdout } = await execa('espeak-ng', ['-v', voice, '--ipa', '-q', '--', text]);
  await writeAtomic(file, stdout);
  return stdout;
}

let version: Promise<string> | undefined;

function espeakVersion(): Promise<string> {
  version ??= import('execa').then(async ({ execa }) => (await execa('espeak-ng', ['--version'])).stdout);
  return version;
}
