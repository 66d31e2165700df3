import type { AnnotationDocument } from '../annotation.ts';
import { Notes, type Written } from '../notes.ts';
import { fillTiers, spanOf, type FilledTier } from './intervals.ts';

/**
 * A Praat TextGrid in text form. Times keep all their digits.
 * @param options.form `long`, which people and all programs read, if not said
 */
export function writeTextGrid(document: AnnotationDocument, options: { form?: 'long' | 'short' } = {}): Written {
  const notes = new Notes();
  const grid = spanOf(document.tiers, document.span);
  const tiers = fillTiers(document.tiers, grid, notes);
  const long = (options.form ?? 'long') === 'long';
  const head = long
    ? `xmin = ${grid.start} \nxmax = ${grid.end} \ntiers? <exists> \nsize = ${tiers.length} \nitem []: \n`
    : `${grid.start}\n${grid.end}\n<exists>\n${tiers.length}\n`;
  const body = tiers.map((tier, i) => (long ? longTier(tier, i + 1, grid) : shortTier(tier, grid)));
  return {
    content: `File type = "ooTextFile"\nObject class = "TextGrid"\n\n${head}${body.join('')}`,
    notes: notes.list,
  };
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** @param number its place among the tiers, from 1 */
export function longTier(
  { points, name, items }: FilledTier,
  number: number,
  grid: { start: number; end: number },
): string {
  const kind = points ? 'points' : 'intervals';
  const head =
    `    item [${number}]:\n        class = "${points ? 'TextTier' : 'IntervalTier'}" \n` +
    `        name = ${quoted(name)} \n        xmin = ${grid.start} \n        xmax = ${grid.end} \n` +
    `        ${kind}: size = ${items.length} \n`;
  const body = items.map(({ start, end, text }, i) =>
    points
      ? `        points [${i + 1}]:\n            number = ${start} \n            mark = ${quoted(text)} \n`
      : `        intervals [${i + 1}]:\n            xmin = ${start} \n            xmax = ${end} \n` +
        `            text = ${quoted(text)} \n`,
  );
  return head + body.join('');
}

export function shortTier({ points, name, items }: FilledTier, grid: { start: number; end: number }): string {
  const kind = points ? 'TextTier' : 'IntervalTier';
  const head = `"${kind}"\n${quoted(name)}\n${grid.start}\n${grid.end}\n${items.length}\n`;
  return head + items.map(({ start, end, text }) => `${start}\n${points ? '' : `${end}\n`}${quoted(text)}\n`).join('');
}
