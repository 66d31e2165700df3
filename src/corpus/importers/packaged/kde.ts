import path from 'node:path';
import { z } from 'zod';
import type { SetAside } from '../../../support/errors.ts';
import { readText, sha256File } from '../../../support/files.ts';
import type { Utterance } from '../../utterance.ts';
import type { ImportContext } from './context.ts';
import { placeInside, terms } from './terms.ts';
import { filesBelow, keepRecording } from './recordings.ts';

const byLanguage = z.record(z.string(), z.record(z.string(), z.string()));

/** What source.yaml says of it. */
export const kdeSource = z.strictObject({
  ...terms,
  importer: z.literal('kde'),
  /** Folder of the lists and recordings inside the packages. */
  sounds: placeInside,
  /** Language → why none of it is taken. */
  except: z.record(z.string(), z.string()).default({}),
  /** Language → signs in the list's letters → what they stand for. */
  repair: byLanguage.default({}),
  /** Language → recording's name without folder and ending → what is said, where the list has only keys. */
  words: byLanguage.optional(),
});
export type KdeSource = z.infer<typeof kdeSource>;

interface SoundEntry {
  /** The letter or word on the screen, or an English key. */
  name: string;
  /** The recording, relative to the sounds' folder. */
  file: string;
}

/** Words and letters that KDE's games for children say: a list of recordings a language. */
export async function* importKde(source: KdeSource, context: ImportContext): AsyncGenerator<Utterance | SetAside> {
  const root = path.join(context.unpacked, source.sounds);
  const [lists, recordings] = await filesIn(root);
  const task = context.progress?.('import', recordings.size, 'recordings');
  const listed = new Set<string>();
  const byContent = new Map<string, string>();
  const parsed = await Promise.all(
    lists.map(async (list) => ({ list, ...parseSounds(await readText(path.join(root, list))) })),
  );
  // What is left out comes first, so that a copy of it under another language's name is not let in.
  const excepted = ({ language }: { language: string }): number => (source.except[language] ? 0 : 1);
  for (const { list, language, sounds } of parsed.sort((a, b) => excepted(a) - excepted(b))) {
    if (language === '') {
      yield { item: list, reason: 'the list names no language' };
      continue;
    }
    for (const sound of sounds) {
      context.signal?.throwIfAborted();
      // A second key for the same file is no second recording: nothing is lost.
      if (listed.has(sound.file)) continue;
      listed.add(sound.file);
      task?.advance();
      const item = withoutExtension(sound.file);
      if (!recordings.has(sound.file)) {
        yield { item, reason: 'it is listed but there is no recording' };
        continue;
      }
      const content = await sha256File(path.join(root, sound.file));
      const same = byContent.get(content);
      const text = textOf(sound, language, source);
      if (text || source.except[language]) byContent.set(content, same ?? item);
      if (source.except[language] || same || !text) {
        yield {
          item,
          reason:
            source.except[language] ??
            (same ? `the same recording as ${same}` : `what is said is not known: only its key, ${sound.name}`),
        };
        continue;
      }
      const { audio, ...duration } = await keepRecording(path.join(root, sound.file), sound.file, context.folder);
      yield { id: item, audio, text, language: languageTag(language), ...duration };
    }
  }
  for (const file of recordings)
    if (!listed.has(file)) yield { item: withoutExtension(file), reason: 'there is a recording, but no list has it' };
  task?.done();
}

const withoutExtension = (file: string): string => file.replace(/\.\w+$/, '');

/** Lists (KLettres: `de/sounds.xml`, KTuberling: `de.soundtheme`) and recordings, in a fixed order. */
async function filesIn(root: string): Promise<[lists: string[], recordings: Set<string>]> {
  const files = await filesBelow(root);
  return [
    files.filter((file) => /sounds\.xml$|\.soundtheme$/.test(file)),
    new Set(files.filter((file) => /\.(ogg|opus|wav)$/.test(file))),
  ];
}

/** Reads a list of sounds. The files are pinned by checksum, so that this needs no whole XML parser. */
export function parseSounds(xml: string): { language: string; sounds: SoundEntry[] } {
  const bare = xml.replace(/<!--[\s\S]*?-->/g, '');
  const language = /<language\b[^>]*\bcode="([^"]+)"/.exec(bare)?.[1] ?? '';
  const sounds: SoundEntry[] = [];
  for (const [tag] of bare.matchAll(/<sound\b[^>]*>/g)) {
    const [name, file] = ['name', 'file'].map((key) => new RegExp(`\\b${key}="([^"]*)"`).exec(tag)?.[1]);
    if (name && file) sounds.push({ name, file });
  }
  return { language, sounds };
}

/** What is said. Capitals are how the games draw letters; lower-cased, a syllable is no abbreviation. */
function textOf({ name, file }: SoundEntry, language: string, source: KdeSource): string | undefined {
  if (source.words) return source.words[language]?.[path.posix.parse(file).name];
  let text = name.toLocaleLowerCase(languageTag(language)).normalize('NFC');
  for (const [broken, whole] of Object.entries(source.repair[language] ?? {})) text = text.replaceAll(broken, whole);
  return text;
}

/** BCP 47 for a gettext locale: `pt-BR` for `pt_BR`, `sr-Latn` for `sr@latin`. */
export function languageTag(locale: string): string {
  const [language = '', variant] = locale.split('@');
  const script = variant?.endsWith('latin') ? '-Latn' : '';
  const dialect = variant?.startsWith('ijekavian') ? '-ijekavsk' : '';
  return language.replace('_', '-') + script + dialect;
}
