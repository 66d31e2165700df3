import path from 'node:path';
import { z } from 'zod';
import type { SetAside } from '../../../support/errors.ts';
import { readText, writeAtomic } from '../../../support/files.ts';
import type { Utterance } from '../../utterance.ts';
import { phrasesIn } from './catalogues.ts';
import type { ImportContext } from './context.ts';
import { placeInside, terms } from './terms.ts';

/** What source.yaml says of it. */
export const textSource = z.strictObject({
  ...terms,
  importer: z.literal('text'),
  /** Of the message catalogues. */
  locale: placeInside,
  /** Files with a word a line, inside the packages. */
  word_lists: z.array(placeInside).default([]),
});
export type TextSource = z.infer<typeof textSource>;

/** What a text corpus holds instead of recordings: a sentence or a word a line. */
export const textFile = (folder: string): string => path.join(folder, 'text.txt');

/**
 * Text for language models, without recordings: what message catalogues say in a language, and word lists. Yields no
 * utterances.
 */
export async function* importText(source: TextSource, context: ImportContext): AsyncGenerator<Utterance | SetAside> {
  const lines = await phrasesIn(context.unpacked, source.locale);
  for (const list of source.word_lists)
    lines.push(
      ...(await readText(path.join(context.unpacked, list)))
        .split('\n')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    );
  await writeAtomic(textFile(context.folder), lines.map((line) => `${line}\n`).join(''));
  // No recordings.
  yield* [];
}
