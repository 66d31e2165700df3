import type { AlignedPair } from '../score.ts';
import { errorsIn, referenceWordsOf, tallies, tally, type Tally } from './tally.ts';

const PAGE = 80;
const COLUMNS = ['Corr', ' Sub', ' Del', ' Ins', ' Err', 'S.Err'];
/** Width of a cell of numbers: five digits and what may follow them. */
const CELL = 6;

const FOOTNOTE = `
* No Reference words for this/these speaker(s).  Word counts supplied
  rather than percents.
# No Reference words for this/these speaker(s).  NCE not computable.
+ Speaker(s) with no reference data is ignored
`;

/** A row as numbers: utterances, words, then what `COLUMNS` names; and how each is written. */
interface Row {
  label: string;
  centred: boolean;
  cells: string[];
}

/**
 * sclite's summary by speaker: `sys` in percent, `raw` in counts, line by line as sclite 2.10 writes it.
 * @param pairs aligned with `SCLITE_COSTS`, or its counts differ
 */
export function summaryReport(pairs: readonly AlignedPair[], title: string, raw: boolean): string {
  const speakers = tallies(pairs);
  const all = tally(raw ? 'Sum' : 'Sum/Avg', [...pairs]);
  const rows = speakers.map((t) => speakerRow(t, raw));
  // sclite takes the percentages of the speakers that have any.
  const withWords = speakers.filter((t) => raw || referenceWordsOf(t) > 0);
  const some = withWords.length < speakers.length;
  const statistics: [string, (values: number[]) => number][] = [
    ['Mean', mean],
    ['S.D.', deviation],
    ['Median', median],
  ];
  const spread = statistics.map(([label, of]): Row => {
    const shares = COLUMNS.slice(0, -1).map(
      (_, c) => `${fixed(of(withWords.map((t) => figures(t, raw)[c]!)), 1)}${some ? '+' : ' '}`,
    );
    const counts = [of(speakers.map((t) => t.pairs.length)), of(speakers.map(referenceWordsOf))];
    return {
      label,
      centred: true,
      cells: [
        ...counts.map((v) => `${fixed(v, 1)} `),
        ...shares,
        `${fixed(of(speakers.map((t) => figures(t, raw).at(-1)!)), 1)} `,
      ],
    };
  });
  const table = drawTable(title, rows, totalRow(all, raw), spread);
  return `\n\n\n${centre('SYSTEM SUMMARY PERCENTAGES by SPEAKER', PAGE)}\n\n${table}${some ? FOOTNOTE : ''}`;
}

/** Percent of reference words, or counts, and last of utterances. */
function figures(t: Tally, raw: boolean): number[] {
  const counts = [t.correct, t.substituted, t.deleted, t.inserted, errorsIn(t)];
  if (raw) return [...counts, t.wrongUtterances];
  const words = referenceWordsOf(t);
  return [...counts.map((n) => percentOf(n, words)), percentOf(t.wrongUtterances, t.pairs.length)];
}

function speakerRow(t: Tally, raw: boolean): Row {
  const values = figures(t, raw);
  const counted = raw || referenceWordsOf(t) > 0;
  const cells = counted
    ? values.map((v) => `${fixed(v, raw ? 0 : 1)} `)
    : [
        ...figures(t, true)
          .slice(0, -1)
          .map((v) => `${fixed(v, 0)}*`),
        `${fixed(values.at(-1)!, 1)} `,
      ];
  return {
    label: ` ${t.speaker} `,
    centred: false,
    cells: [String(t.pairs.length).padStart(5), String(referenceWordsOf(t)).padStart(5), ...cells],
  };
}

function totalRow(t: Tally, raw: boolean): Row {
  const cells = figures(t, raw).map((v) => `${fixed(v, raw ? 0 : 1)} `);
  return {
    label: ` ${t.speaker}`,
    centred: false,
    cells: [String(t.pairs.length).padStart(5), String(referenceWordsOf(t)).padStart(5), ...cells],
  };
}

function drawTable(title: string, speakers: readonly Row[], total: Row, spread: readonly Row[]): string {
  const all = [...speakers, total, ...spread];
  const label = Math.max(' SPKR'.length, 'Median'.length, ...all.map((row) => row.label.length));
  const widths = [' # Snt', '# Wrd', ...COLUMNS].map((name, c) =>
    Math.max(CELL, name.length, ...all.map((row) => row.cells[c]!.length)),
  );
  const cellsOf = (cells: readonly string[]): string => {
    const drawn = cells.map((cell, c) => centre(cell, widths[c]!));
    return `${drawn.slice(0, 2).join(' ')}|${drawn.slice(2).join(' ')}`;
  };
  const line = (row: Row): string =>
    `|${row.centred ? centre(row.label.trim(), label) : row.label.padEnd(label)}|${cellsOf(row.cells)}|`;
  const header = line({ label: ' SPKR', centred: false, cells: [' # Snt', '# Wrd', ...COLUMNS] });
  const inside = header.length - 2;
  const rule = `|${header.slice(1, -1).replace(/[^|]/g, '-').replaceAll('|', '+')}|`;
  const double = `|${'='.repeat(inside)}|`;
  const lines = [
    `,${'-'.repeat(inside)}.`,
    `|${centre(title, inside)}|`,
    `|${'-'.repeat(inside)}|`,
    header,
    ...speakers.flatMap((row) => [rule, line(row)]),
    double,
    line(total),
    double,
    ...spread.map(line),
    `\`${'-'.repeat(inside)}'`,
  ];
  const indent = ' '.repeat(Math.max(0, Math.floor((PAGE - header.length) / 2)));
  return lines.map((text) => `${indent}${text}\n`).join('');
}

/** The odd blank goes to the right. */
function centre(text: string, width: number): string {
  const left = Math.max(0, Math.floor((width - text.length) / 2));
  return `${' '.repeat(left)}${text}`.padEnd(width);
}

const percentOf = (part: number, whole: number): number => (whole > 0 ? (100 * part) / whole : 0);

const fixed = (value: number, digits: number): string =>
  (Math.round(value * 10 ** digits) / 10 ** digits).toFixed(digits).padStart(5);

const mean = (values: number[]): number => (values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : 0);

function deviation(values: number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - middle) ** 2, 0) / (values.length - 1));
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.slice().sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
