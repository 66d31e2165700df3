import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeText } from '../../formats/index.ts';
import { isSound, stemOf, type Folder } from '../import/folder.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { splitIn } from '../import/splits.ts';
import type { DataSetImporter, ImportOptions, Question, Row } from './importer.ts';

/** Files that stand beside recordings and hold no plain transcript. */
const ENDINGS = [
  'eaf|pfsx|psfx|etf|textgrid|pitch|flextext|cha|cex|trs|exb|exs|srt|vtt|aup3?|stm|ctm|trn|json|jsonl|csv',
  'tsv|xlsx?|ods|parquet|meta|session|person|xml|imdi|cmdi|pdf|docx?|odt|rtf|html?|md|jpe?g|png|gif|tiff?',
  'bmp|zip|gz|bak|tmp|\\d+',
].join('|');
const NO_TEXT = new RegExp(`\\.(${ENDINGS})$`, 'i');

/** A recording and a text of the same name, whatever their endings. */
export const pairs: DataSetImporter = {
  name: 'pairs',
  title: 'recordings with texts of the same name',
  lastResort: true,
  finds: (folder) => [...textsBeside(folder).values()].flat(),
  asks,
  rows,
};

/** Files beside recordings, by their endings. */
function textsBeside(folder: Folder): Map<string, string[]> {
  const stems = new Set(folder.files.filter(isSound).map(withoutEnding));
  const found = new Map<string, string[]>();
  for (const file of folder.documents) {
    if (NO_TEXT.test(file) || !stems.has(withoutEnding(file))) continue;
    const ending = path.posix.extname(file).slice(1);
    const same = found.get(ending);
    if (same) same.push(file);
    else found.set(ending, [file]);
  }
  return found;
}

const withoutEnding = (file: string): string => file.slice(0, file.length - path.posix.extname(file).length);

async function asks(
  folder: Folder,
  _: readonly string[],
  { textEnding }: ImportOptions,
): Promise<Question | undefined> {
  const found = textsBeside(folder);
  if (textEnding !== undefined || found.size === 1) return undefined;
  const choices = await Promise.all(
    Array.from(found, async ([ending, files]) => ({
      label: `.${ending}: ${files.length} files, e.g. “${(await textOf(folder, files[0]!)).slice(0, 60)}”`,
      flag: `--text-ending ${ending}`,
      options: { textEnding: ending },
    })),
  );
  return { what: 'Which of the texts beside the recordings are the transcripts?', choices };
}

async function* rows(
  folder: Folder,
  files: readonly string[],
  { textEnding }: ImportOptions,
): AsyncGenerator<Row | SetAside> {
  const wanted = textEnding?.replace(/^\./, '').toLowerCase();
  const texts = files.filter((file) => wanted === undefined || file.toLowerCase().endsWith(`.${wanted}`));
  if (texts.length === 0)
    throw new InputError(`no text ends in .${wanted} beside a recording`, 'Name an ending that is there.', {
      file: folder.root,
    });
  const transcribed = new Set(texts.map(withoutEnding));
  for (const file of texts) {
    const split = splitIn(file);
    const recording = folder.recordingsNamed(stemOf(file)).filter((one) => withoutEnding(one) === withoutEnding(file));
    yield {
      id: withoutEnding(file),
      text: await textOf(folder, file),
      recording: recording.map((one) => path.posix.basename(one)),
      file,
      ...(split && { split }),
    };
  }
  for (const file of folder.files.filter(isSound))
    if (!transcribed.has(withoutEnding(file))) yield { item: file, reason: 'a recording without a text' };
}

async function textOf(folder: Folder, file: string): Promise<string> {
  return decodeText(await readFile(folder.full(file)), { file: folder.full(file) }).text.trim();
}
