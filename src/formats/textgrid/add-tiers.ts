import { InputError } from '../../support/errors.ts';
import type { Tier } from '../annotation.ts';
import { decodeText, type TextInput } from '../../support/decode-text.ts';
import { applyEdits, type Edit } from '../edits.ts';
import { encodeText } from '../encode-text.ts';
import { Notes, type Written } from '../notes.ts';
import { binaryTier, int, isBinaryTextGrid, parseBinaryTextGrid } from './binary.ts';
import { fillTiers, type FilledTier } from './intervals.ts';
import { parseTextGrid, type TextGridLayout } from './layout.ts';
import { longTier, shortTier } from './write.ts';

export interface AddToTextGridOptions {
  /** Named in errors. */
  file: string;
  /** Tiers of the same names are replaced where they stand. */
  replace?: boolean;
}

/**
 * A TextGrid with tiers added behind its own, in its own form (long, short, binary) and encoding. Everything else stays
 * to the letter. Annotations that reach beyond the grid's end are cut there.
 * @throws InputError for what is no TextGrid, a tier whose name exists, or an annotation outside the grid
 */
export function addTiersToTextGrid(
  input: TextInput,
  tiers: readonly Tier[],
  { file, replace = false }: AddToTextGridOptions,
): Written<Uint8Array> {
  const notes = new Notes();
  if (typeof input !== 'string' && isBinaryTextGrid(input)) {
    const layout = parseBinaryTextGrid(input, file);
    return { content: addBinary(input, layout, place(layout, tiers, replace, file, notes)), notes: notes.list };
  }
  const { text, encoding, bom } = decodeText(input, { file });
  const layout = parseTextGrid(text, file);
  const edited = addText(text, layout, place(layout, tiers, replace, file, notes));
  const bytes = encodeText(edited, encoding, bom);
  if (!bytes) notes.add('encoding', `it was ${encoding}, which can’t hold the new tiers, and is UTF-8 now`);
  return { content: bytes ?? Buffer.from(edited, 'utf8'), notes: notes.list };
}

interface Placed {
  tier: FilledTier;
  /** Which of the grid's own it replaces. */
  instead: number | undefined;
}

function place(layout: TextGridLayout, tiers: readonly Tier[], replace: boolean, file: string, notes: Notes): Placed[] {
  if (layout.size.from === layout.size.to)
    throw new InputError('it has no tiers to which others could be added', 'Write a new TextGrid instead.', { file });
  const placed = fillTiers(cutTo(layout, tiers, file, notes), layout, notes).map((tier) => {
    const at = layout.tiers.findIndex(({ name }) => name === tier.name);
    return { tier, instead: at < 0 ? undefined : at };
  });
  const both = placed.filter(({ instead }) => instead !== undefined);
  if (both.length > 0 && !replace)
    throw new InputError(
      `the tier ${both.map(({ tier }) => tier.name).join(', ')} is already there`,
      'Name the new one otherwise, or say that it may be replaced.',
      { file },
    );
  return placed;
}

function cutTo({ start, end }: TextGridLayout, tiers: readonly Tier[], file: string, notes: Notes): Tier[] {
  return tiers.map((tier) => ({
    ...tier,
    annotations: tier.annotations.map((annotation) => {
      const { start: from, end: to } = annotation;
      if (from === undefined || to === undefined || (from >= start && to <= end)) return annotation;
      if (to <= start || from >= end)
        throw new InputError(
          `an annotation of ${tier.id} at ${from} s is outside the TextGrid, which goes from ${start} to ${end} s`,
          'Is it of the same recording?',
          { file },
        );
      notes.add('rounded', `an annotation of ${tier.id} was cut at the TextGrid’s bounds`);
      return { ...annotation, start: Math.max(from, start), end: Math.min(to, end) };
    }),
  }));
}

function addText(text: string, { start, end, size, tiers }: TextGridLayout, placed: readonly Placed[]): string {
  const grid = { start, end };
  const long = /\bintervals\s*\[|\bpoints\s*\[|\bitem\s*\[/.test(text);
  let count = tiers.length;
  const edits = placed.map(({ tier, instead }): Edit => {
    const own = instead === undefined ? undefined : tiers[instead]!;
    const written = long ? longTier(tier, (instead ?? count++) + 1, grid) : shortTier(tier, grid);
    if (!long && !own) count++;
    if (own)
      return { at: own.from, until: own.to, text: (long ? written.slice(written.indexOf('"')) : written).trimEnd() };
    return { at: text.length, text: written };
  });
  const lineEnd: Edit = { at: text.length, text: /\n\s*$/.test(text) ? '' : '\n' };
  return applyEdits(text, [lineEnd, ...edits, { at: size.from, until: size.to, text: String(count) }]);
}

function addBinary(
  bytes: Uint8Array,
  { start, end, size, tiers }: TextGridLayout,
  placed: readonly Placed[],
): Uint8Array {
  const parts = tiers.map(({ from, to }) => bytes.subarray(from, to));
  for (const { tier, instead } of placed) parts[instead ?? parts.length] = binaryTier(tier, start, end);
  const behind = tiers.at(-1)?.to ?? size.to;
  return Buffer.concat([bytes.subarray(0, size.from), int(parts.length), ...parts, bytes.subarray(behind)]);
}
