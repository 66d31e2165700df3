import path from 'node:path';
import { z } from 'zod';
import type { SetAside } from '../../../support/errors.ts';
import { readText } from '../../../support/files.ts';
import type { Utterance } from '../../utterance.ts';
import type { ImportContext } from './context.ts';
import { placeInside, terms } from './terms.ts';
import { languageTag } from './kde.ts';
import { Copies, filesBelow, keepRecording } from './recordings.ts';

/** What source.yaml says of it. */
export const tuxpaintSource = z.strictObject({
  ...terms,
  importer: z.literal('tuxpaint'),
  /** Folder of the stamps inside the packages. */
  stamps: placeInside,
  /** Locale → why none of it is taken. */
  except: z.record(z.string(), z.string()).default({}),
});
export type TuxpaintSource = z.infer<typeof tuxpaintSource>;

/**
 * What Tux Paint says of its stamps: `frog_desc_fr.ogg` is the French line of `frog.txt`, `frog_desc.ogg` its English
 * one.
 */
export async function* importTuxpaint(
  source: TuxpaintSource,
  context: ImportContext,
): AsyncGenerator<Utterance | SetAside> {
  const root = path.join(context.unpacked, source.stamps);
  const recordings = (await filesBelow(root)).filter((file) => /_desc(_\w+)?\.ogg$/.test(file));
  const task = context.progress?.('import', recordings.length, 'recordings');
  const copies = new Copies();
  for (const file of recordings) {
    context.signal?.throwIfAborted();
    task?.advance();
    const [, stamp = '', locale = 'en'] = /^(.*)_desc(?:_(\w+))?\.ogg$/.exec(file) ?? [];
    const item = file.replace(/\.ogg$/, '');
    const except = source.except[locale];
    if (except !== undefined) {
      yield { item, reason: except };
      continue;
    }
    const text = parseStamp(await readText(path.join(root, `${stamp}.txt`)).catch(() => '')).get(locale);
    const same = await copies.of(path.join(root, file), item);
    if (same !== undefined || !text || !/\p{L}/u.test(text)) {
      yield {
        item,
        reason:
          same === undefined
            ? 'what is said is not known: the stamp has no text in this language'
            : `the same recording as ${same}`,
      };
      continue;
    }
    yield {
      id: item,
      ...(await keepRecording(path.join(root, file), file, context.folder)),
      text,
      language: languageTag(locale),
    };
  }
  task?.done();
}

/** A stamp's descriptions by locale: the first line is English, the others `fr.utf8=…`. */
export function parseStamp(file: string): Map<string, string> {
  const [english = '', ...others] = file.replace(/^\uFEFF/, '').split(/\r?\n/);
  const lines = others.flatMap((line) => {
    const [, locale, text] = /^([\w@]+)\.utf8=\s*(.*\S)/.exec(line) ?? [];
    return locale && text ? [[locale, text] as const] : [];
  });
  return new Map([['en', english.trim()], ...lines]);
}
