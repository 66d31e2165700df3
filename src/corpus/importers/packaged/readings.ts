import path from 'node:path';
import { z } from 'zod';
import type { SetAside } from '../../../support/errors.ts';
import type { Utterance } from '../../utterance.ts';
import type { ImportContext } from './context.ts';
import { filesBelow, keepRecording } from './recordings.ts';
import { placeInside, repositoryTerms } from './terms.ts';

/** What source.yaml says of it. */
export const readingsSource = z.strictObject({
  ...repositoryTerms,
  importer: z.literal('readings'),
  /** Folder of the recordings inside the repository. */
  sounds: placeInside,
});
export type ReadingsSource = z.infer<typeof readingsSource>;

/** Japanese words: recordings named by the word and, in brackets, how it is read. The text is the reading, in kana. */
export async function* importReadings(
  source: ReadingsSource,
  context: ImportContext,
): AsyncGenerator<Utterance | SetAside> {
  const root = path.join(context.unpacked, source.sounds);
  const files = await filesBelow(root);
  const task = context.progress?.('import', files.length, 'recordings');
  for (const file of files) {
    context.signal?.throwIfAborted();
    task?.advance();
    const { name } = path.posix.parse(file);
    const text = /【([\p{Script=Hiragana}\p{Script=Katakana}ー]+)】$/u.exec(name.normalize('NFC'))?.[1];
    if (text === undefined) yield { item: name, reason: 'its name has no reading in kana' };
    else
      yield {
        id: name,
        ...(await keepRecording(path.join(root, file), file, context.folder)),
        text,
        language: source.language,
      };
  }
  task?.done();
}
