import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { SetAside } from '../../../support/errors.ts';
import { readText } from '../../../support/files.ts';
import type { Utterance } from '../../utterance.ts';
import type { ImportContext } from './context.ts';
import { placeInside, terms } from './terms.ts';
import { Copies, filesBelow, keepRecording } from './recordings.ts';
import { unusable } from './transcripts.ts';

/** What source.yaml says of it. */
export const filletsSource = z.strictObject({
  ...terms,
  importer: z.literal('fillets'),
  /** Folders of the dialogs and of the recordings inside the packages. */
  scripts: placeInside,
  sounds: placeInside,
});
export type FilletsSource = z.infer<typeof filletsSource>;

export interface Dialog {
  id: string;
  /** The colour its subtitle is shown in: one a character, so one a voice. */
  font: string;
  text: string;
}

/**
 * The dialogs of the game Fish Fillets: `script/<level>/dialogs_cs.lua` has what is said in
 * `sound/<level>/cs/<id>.ogg`.
 */
export async function* importFillets(
  source: FilletsSource,
  context: ImportContext,
): AsyncGenerator<Utterance | SetAside> {
  const [scripts, sounds] = [source.scripts, source.sounds].map((folder) => path.join(context.unpacked, folder)) as [
    string,
    string,
  ];
  const { language } = source;
  const recordings = new Set(
    (await filesBelow(sounds)).filter((file) => file.endsWith('.ogg') && file.split('/').at(-2) === language),
  );
  const task = context.progress?.('import', recordings.size, 'recordings');
  const copies = new Copies();
  for (const list of (await filesBelow(scripts)).filter(
    (file) => path.posix.basename(file) === `dialogs_${language}.lua`,
  )) {
    const level = path.posix.dirname(list);
    for (const { id, font, text } of parseDialogs(await readText(path.join(scripts, list)))) {
      context.signal?.throwIfAborted();
      const file = path.posix.join(level, language, `${id}.ogg`);
      const item = `${level}/${id}`;
      if (!recordings.delete(file)) {
        if (!existsSync(path.join(sounds, file))) yield { item, reason: 'there is a dialog but no recording' };
        continue;
      }
      task?.advance();
      const same = await copies.of(path.join(sounds, file), item);
      const reason = same === undefined ? unusable(text) : `the same recording as ${same}`;
      if (reason) {
        yield { item, reason };
        continue;
      }
      yield {
        id: item,
        ...(await keepRecording(path.join(sounds, file), file, context.folder)),
        text,
        language,
        ...(font === '' ? {} : { speaker: `${language}-${font.replace(/^font_/, '')}` }),
      };
    }
  }
  for (const file of recordings)
    yield { item: file.replace(/\.ogg$/, ''), reason: 'there is a recording but no dialog' };
  task?.done();
}

/** Reads `dialogId("…", "font_…", "…") dialogStr("…")`, which is all that the lists of dialogs call. */
export function parseDialogs(lua: string): Dialog[] {
  const string = String.raw`"((?:[^"\\]|\\[\s\S])*)"`;
  const dialog = new RegExp(
    String.raw`dialogId\(\s*${string}\s*,\s*${string}\s*,\s*${string}\s*\)\s*dialogStr\(\s*${string}\s*\)`,
    'g',
  );
  const code = lua.replace(/^\s*--.*$/gm, '');
  return [...code.matchAll(dialog)].map(([, id, font, , text]) => ({
    id: id!,
    font: font!,
    text: unescaped(text!).replace(/\s+/g, ' ').trim(),
  }));
}

const unescaped = (text: string): string =>
  text.replace(/\\([\s\S])/g, (_, sign: string) => (/[nt\n]/.test(sign) ? ' ' : sign));
