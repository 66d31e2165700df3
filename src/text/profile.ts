import { InputError } from '../support/errors.ts';

/** A line of an orthography profile. */
export interface ProfileEntry {
  grapheme: string;
  /** What is written instead; the grapheme itself, if absent; nothing, where the file has NULL. */
  mapping?: string;
}

/** Shows marks that stand on nothing. */
const DOTTED_CIRCLE = '\u25cc';

/**
 * Reads an orthography profile as CLDF's `segments` writes it (Moran & Cysouw 2018): tab-separated, a column
 * `Grapheme`, a column `Mapping` if graphemes are to become others. Other columns are for people.
 * @throws InputError with file and line
 * @example
 * parseProfile('Grapheme\tMapping\nng\tŋ\na\ta\n', 'profile.tsv');
 * // [{ grapheme: 'ng', mapping: 'ŋ' }, { grapheme: 'a' }]
 */
export function parseProfile(text: string, file: string): ProfileEntry[] {
  const [header = '', ...lines] = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const columns = header.split('\t').map((name) => name.trim().toLowerCase());
  const [at, mappedAt] = [columns.indexOf('grapheme'), columns.indexOf('mapping')];
  if (at < 0)
    throw new InputError(
      'an orthography profile has a column Grapheme',
      'Its first line names the columns, parted by tabs: Grapheme, and Mapping if letters are to be written otherwise.',
      { file, line: 1 },
    );
  const entries = new Map<string, ProfileEntry>();
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const cells = line.split('\t');
    const grapheme = bare(cells[at] ?? '');
    const place = { file, line: i + 2 };
    if (grapheme === '') throw new InputError('the grapheme is missing', 'Write one, or remove the line.', place);
    if (entries.has(grapheme)) throw new InputError(`${grapheme} has a line already`, 'Keep one of them.', place);
    const mapping = mappedAt < 0 ? '' : bare(cells[mappedAt] ?? '');
    const changes = mapping !== '' && mapping !== grapheme;
    entries.set(grapheme, { grapheme, ...(changes && { mapping: mapping === 'NULL' ? '' : mapping }) });
  });
  return [...entries.values()];
}

const bare = (cell: string): string => cell.trim().replaceAll(DOTTED_CIRCLE, '').normalize('NFC');

/** The tokens that a profile makes: what is written in the end. */
export const tokensOfProfile = (entries: readonly ProfileEntry[]): string[] => [
  ...new Set(entries.map(({ grapheme, mapping }) => mapping ?? grapheme).filter((token) => token !== '')),
];

/**
 * Where a profile writes graphemes otherwise: each of its graphemes with what becomes of it; nothing where it changes
 * none.
 */
export function mappingOfProfile(entries: readonly ProfileEntry[]): [from: string, to: string][] | undefined {
  if (entries.every(({ mapping }) => mapping === undefined)) return undefined;
  return entries.map(({ grapheme, mapping }) => [grapheme, mapping ?? grapheme]);
}
