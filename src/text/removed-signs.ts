import { codePointsOf } from './code-points.ts';

/** A sign that normalisation took out of texts. */
export interface RemovedSign {
  sign: string;
  /** `U+00AD`: some signs can't be seen. */
  codePoints: string;
  count: number;
  /** What stood for it then: nothing, so that its neighbours meet, or a space, which parts words. */
  became: 'nothing' | 'space';
  /** The first words that had it, as they were and as they became. */
  examples: { before: string; after: string }[];
}

const MOST_EXAMPLES = 3;
/** Letters that make an example. */
const LONGEST_EXAMPLE = 60;

/** Where in a text a sign stands. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Counts what normalisation removes, sign by sign, over as many texts as it is handed to.
 * @example
 * const removed = new RemovedSigns();
 * normalise('perché?', rules, {}, removed);
 * removed.list.map(({ sign, codePoints, count }) => ({ sign, codePoints, count }));
 * // [{ sign: '?', codePoints: 'U+003F', count: 1 }]
 */
export class RemovedSigns {
  private readonly signs = new Map<string, RemovedSign>();

  /** @param example made only where it is wanted */
  add(sign: string, became: RemovedSign['became'], example: () => RemovedSign['examples'][number]): void {
    const key = `${became} ${sign}`;
    let known = this.signs.get(key);
    if (!known) this.signs.set(key, (known = { sign, codePoints: codePointsOf(sign), count: 0, became, examples: [] }));
    known.count++;
    if (known.examples.length < MOST_EXAMPLES) addExample(known.examples, example());
  }

  /** The most frequent first. */
  get list(): RemovedSign[] {
    return [...this.signs.values()].sort((a, b) => b.count - a.count || (a.codePoints < b.codePoints ? -1 : 1));
  }

  /** How many signs went, all together. */
  get count(): number {
    return this.list.reduce((sum, { count }) => sum + count, 0);
  }
}

/** For people: `? (U+003F) 12 ×, perché? → perché`. */
export function describeRemoved({ sign, codePoints, count, examples }: RemovedSign): string {
  const shown = examples.map(({ before, after }) => `, ${before} → ${after}`).join('');
  return `${sign} (${codePoints}) ${count} ×${shown}`;
}

/**
 * Takes stretches out of a text, and counts them.
 * @param spans in order, none over another
 * @param nameOf what they are counted as; as they stand, if absent
 */
export function takeOut(
  text: string,
  spans: readonly Span[],
  became: RemovedSign['became'],
  removed?: RemovedSigns,
  nameOf: (found: string) => string = (found) => found,
): string {
  if (spans.length === 0) return text;
  const without = (from: number, to: number): string => {
    let [result, at] = ['', from];
    for (const { start, end } of spans)
      if (start >= from && end <= to) {
        result += text.slice(at, start) + (became === 'space' ? ' ' : '');
        at = end;
      }
    return result + text.slice(at, to);
  };
  if (removed)
    for (const { start, end } of spans)
      removed.add(nameOf(text.slice(start, end)), became, () => {
        const [from, to] = wordAround(text, start, end);
        return { before: text.slice(from, to), after: without(from, to).trim() };
      });
  return without(0, text.length);
}

export const spansOf = (text: string, pattern: RegExp): Span[] =>
  Array.from(text.matchAll(pattern), ({ 0: found, index }) => ({ start: index, end: index + found.length }));

function wordAround(text: string, start: number, end: number): [number, number] {
  const [least, most] = [Math.max(0, start - LONGEST_EXAMPLE / 2), Math.min(text.length, end + LONGEST_EXAMPLE / 2)];
  const isSpace = (at: number): boolean => /\s/.test(text[at]!);
  let [from, to] = [start, end];
  // A sign that stands alone says more with its neighbour.
  if ((from === 0 || isSpace(from - 1)) && (to === text.length || isSpace(to)) && from > 0) from--;
  while (from > least && !isSpace(from - 1)) from--;
  while (to < most && !isSpace(to)) to++;
  return [from, to];
}

function addExample(examples: RemovedSign['examples'], example: RemovedSign['examples'][number]): void {
  if (!examples.some(({ before }) => before === example.before)) examples.push(example);
}
