import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readEaf } from '../../formats/index.ts';
import type { Folder } from '../import/folder.ts';
import type { AnnotationImporter } from './importer.ts';

/** SayMore's folders: ELAN files called `story.mp3.annotations.eaf`, and beside them who takes part in the session. */
export const saymore: AnnotationImporter = {
  name: 'saymore',
  title: 'SayMore',
  layout: true,
  finds: (folder) => (folder.ending('session').length > 0 ? folder.ending('annotations\\.eaf') : []),
  documents: (bytes, file) => [readEaf(bytes, { file })],
  speakerOf,
};

/** The session's one participant: of several, the files don't say which speaks. */
async function speakerOf(folder: Folder, file: string): Promise<string | undefined> {
  const session = folder.ending('session').find((one) => path.posix.dirname(one) === path.posix.dirname(file));
  if (session === undefined) return undefined;
  const text = await readFile(folder.full(session), 'utf8');
  const people = [/<participants[^>]*>([^<]*)</g, /<name>([^<]*)<\/name>/g].flatMap((pattern) =>
    Array.from(text.matchAll(pattern), ([, names]) => names!.split(';')),
  );
  const names = new Set(people.flat().map((name) => name.trim()));
  names.delete('');
  return names.size === 1 ? [...names][0] : undefined;
}
