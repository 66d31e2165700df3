import { mo } from 'gettext-parser';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Random } from '../../../support/random.ts';

const [SHORTEST_TEXT, LONGEST_TEXT] = [25, 90];
/** Marks of computer text, which nobody says: placeholders, options, paths, markup. */
const NOT_PROSE = /[\p{Nd}%$<>{}[\]/\\=*@#|~^`+]|--/u;

/**
 * Things to say in a language, out of the message catalogues in unpacked Debian packages; the same for the same seed.
 */
export async function textsToSay(unpacked: string, locale: string, random: Random, most: number): Promise<string[]> {
  return joined(random.shuffle(await phrasesIn(unpacked, locale)), most);
}

/** All that message catalogues say in a language, cut into phrases, in a fixed order. */
export async function phrasesIn(unpacked: string, locale: string): Promise<string[]> {
  const folder = path.join(unpacked, 'usr/share/locale', locale, 'LC_MESSAGES');
  const texts = new Set<string>();
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const catalogue = mo.parse(await readFile(path.join(folder, name)));
    for (const context of Object.values(catalogue.translations))
      for (const message of Object.values(context))
        for (const translation of message.msgstr)
          if (message.msgid !== '' && translation !== message.msgid)
            for (const phrase of phrasesOf(translation)) texts.add(phrase);
  }
  return [...texts].sort();
}

function phrasesOf(text: string): string[] {
  const phrases = text
    .replace(/[_&]/g, '')
    .split(/[.!?:;\n()]+/)
    .map((phrase) => phrase.replace(/\s+/g, ' ').replace(/^[ ,'"«»„“”]+|[ ,'"«»„“”]+$/g, ''));
  return phrases.filter((phrase) => phrase !== '' && !NOT_PROSE.test(phrase));
}

/** Short phrases are strung together until they are worth saying. */
function joined(phrases: readonly string[], most: number): string[] {
  const texts: string[] = [];
  let waiting: string[] = [];
  for (const phrase of phrases) {
    waiting.push(phrase);
    const text = waiting.join(', ');
    if (text.length < SHORTEST_TEXT) continue;
    waiting = [];
    if (text.length > LONGEST_TEXT) continue;
    texts.push(text);
    if (texts.length === most) break;
  }
  return texts;
}
