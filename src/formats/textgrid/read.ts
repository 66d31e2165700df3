import type { Annotation, AnnotationDocument, Tier } from '../annotation.ts';
import { decodeText, type TextInput } from '../../support/decode-text.ts';
import { Notes } from '../notes.ts';
import { isBinaryTextGrid, parseBinaryTextGrid } from './binary.ts';
import { parseTextGrid, type TierLayout } from './layout.ts';

/**
 * A Praat TextGrid: long, short or binary, in any encoding that Praat writes. Intervals without text are gaps, and left
 * out.
 * @throws InputError for what is no TextGrid, with the line
 * @example
 * const { tiers } = readTextGrid(await readFile('story.TextGrid'), { file: 'story.TextGrid' });
 */
export function readTextGrid(input: TextInput, { file }: { file: string }): AnnotationDocument {
  const notes = new Notes();
  const { start, end, tiers } =
    typeof input !== 'string' && isBinaryTextGrid(input)
      ? parseBinaryTextGrid(input, file)
      : readAsText(input, file, notes);
  return {
    media: [],
    tiers: tiers.map((tier) => tierOf(tier, notes)),
    span: { start, end },
    properties: [],
    vocabularies: [],
    notes: notes.list,
  };
}

function readAsText(input: TextInput, file: string, notes: Notes): ReturnType<typeof parseTextGrid> {
  const { text, encoding } = decodeText(input, { file });
  if (!encoding.startsWith('utf-')) notes.add('encoding', `read as ${encoding}, since it is not UTF-8`);
  return parseTextGrid(text, file);
}

function tierOf({ name, points, items }: TierLayout, notes: Notes): Tier {
  const annotations = items.flatMap(({ start, end, text, line }): Annotation[] => {
    if (text === '' && !points) return [];
    if (end < start) notes.add('order', 'an interval ends before it begins', line);
    if (BACKSLASH_SIGN.test(text))
      notes.add(
        'skipped',
        'Praat’s backslash signs (\\ae for æ) stand as they are: in Praat, Convert to Unicode',
        line,
      );
    return [{ start, end, text, line }];
  });
  return { id: name, kind: points ? 'point' : 'interval', annotations };
}

const BACKSLASH_SIGN = /\\[A-Za-z:'`^~.,|-][A-Za-z:'`^~.,|{}<>-]/;
