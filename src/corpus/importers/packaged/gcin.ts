import path from 'node:path';
import { z } from 'zod';
import type { SetAside } from '../../../support/errors.ts';
import type { Utterance } from '../../utterance.ts';
import type { ImportContext } from './context.ts';
import { placeInside, terms } from './terms.ts';
import { Copies, filesBelow, keepRecording } from './recordings.ts';

/** What source.yaml says of it. */
export const gcinSource = z.strictObject({
  ...terms,
  importer: z.literal('gcin'),
  /** Folder of the syllables inside the packages. */
  sounds: placeInside,
  /** Recording's name in each syllable's folder → speaker. */
  voices: z.record(z.string(), z.string()),
});
export type GcinSource = z.infer<typeof gcinSource>;

/**
 * Syllables that the input method gcin says: a folder a syllable, named in Bopomofo with its tone, and in it a
 * recording a voice.
 */
export async function* importGcin(source: GcinSource, context: ImportContext): AsyncGenerator<Utterance | SetAside> {
  const root = path.join(context.unpacked, source.sounds);
  const recordings = (await filesBelow(root)).filter((file) => file.endsWith('.ogg'));
  const task = context.progress?.('import', recordings.length, 'recordings');
  const copies = new Copies();
  for (const file of recordings) {
    context.signal?.throwIfAborted();
    task?.advance();
    const item = file.replace(/\.ogg$/, '');
    const [syllable = '', voice = ''] = item.split('/');
    const speaker = source.voices[voice];
    const same = await copies.of(path.join(root, file), item);
    if (same !== undefined || speaker === undefined || !/^[\u3105-\u312F]+[2-5]?$/u.test(syllable)) {
      yield {
        item,
        reason:
          same !== undefined
            ? `the same recording as ${same}`
            : speaker === undefined
              ? 'a voice that source.yaml doesn’t name'
              : 'the folder’s name is no syllable',
      };
      continue;
    }
    yield {
      id: item,
      ...(await keepRecording(path.join(root, file), file, context.folder)),
      text: syllable,
      language: source.language,
      speaker,
    };
  }
  task?.done();
}
