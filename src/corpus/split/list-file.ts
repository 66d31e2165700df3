import { readFile } from 'node:fs/promises';
import { decodeText } from '../../support/decode-text.ts';
import { InputError } from '../../support/errors.ts';
import { readError } from '../../support/files.ts';
import type { PartList } from './fixed.ts';
import { PARTS, type Part } from './spoken.ts';

const HEADER = ['id', 'split'];
const SHAPE =
  `A list of a split is a text file with a tab between columns: the first line is “${HEADER.join('⇥')}”, each ` +
  'further one an utterance’s id and train, dev or test.';

/**
 * Reads a fixed split: TSV with columns `id` and `split`, others are passed over. The first minutes of train are the
 * first lines of it.
 * @throws InputError with the line that is not as it should be, or where an id stands twice
 */
export async function readSplitList(file: string): Promise<PartList> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  const lines = decodeText(bytes, { file }).text.split(/\r?\n/);
  const refuse = (line: number, what: string): never => {
    throw new InputError(what, SHAPE, { file, line });
  };
  const columns = lines[0]!.split('\t').map((name) => name.trim());
  const [idColumn, splitColumn] = HEADER.map((name) => columns.indexOf(name)) as [number, number];
  if (idColumn < 0 || splitColumn < 0) refuse(1, `the first line names no columns ${HEADER.join(' and ')}`);
  const parts = new Map<string, Part>();
  lines.forEach((line, i) => {
    if (i === 0 || line.trim() === '') return;
    const cells = line.split('\t');
    const [id, part] = [cells[idColumn] ?? '', (cells[splitColumn] ?? '').trim()];
    if (id === '') refuse(i + 1, 'the line has no id');
    if (!PARTS.includes(part as Part)) refuse(i + 1, `“${part}” is none of ${PARTS.join(', ')}`);
    if (parts.has(id)) refuse(i + 1, `the id ${id} stands twice`);
    parts.set(id, part as Part);
  });
  return { parts, ordered: true };
}

/**
 * A split as a recipe's `split.file` takes it; a third column tells from how many minutes on a training has the line.
 * @throws InputError for an id that can't stand in such a list
 */
export function splitListText(rows: readonly SplitRow[]): string {
  for (const { id } of rows)
    if (/[\t\r\n]/.test(id))
      throw new InputError(
        `the id ${JSON.stringify(id)} has a tab or a line break in it`,
        'Give the utterance another id.',
      );
  const nested = rows.some(({ minutes }) => minutes !== undefined);
  const line = ({ id, split, minutes }: SplitRow): string => [id, split, ...(nested ? [minutes ?? ''] : [])].join('\t');
  return `${[[...HEADER, ...(nested ? ['minutes'] : [])].join('\t'), ...rows.map(line)].join('\n')}\n`;
}

export interface SplitRow {
  id: string;
  split: Part;
  /** The smallest of the nested trainings that has the utterance. */
  minutes?: number | undefined;
}
