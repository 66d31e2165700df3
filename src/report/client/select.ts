import type { Payload } from './payload.ts';

export type Sort = 'cer' | 'errors' | 'length' | 'snr' | 'id' | 'change';

/** What the list of utterances shows, and in which order. Absent fields ask for nothing. */
export interface Query {
  /** In id, reference or any hypothesis; case doesn't count. */
  text?: string;
  errorsOnly?: boolean;
  audioOnly?: boolean;
  speaker?: string;
  /** Stands in the reference. */
  grapheme?: string;
  /** An index of `Payload.confusions`. */
  confusion?: number;
  /** Half open: from, below. */
  seconds?: readonly [number, number];
  snr?: readonly [number, number];
  /** On a page of two runs: how the second did beside the first. */
  outcome?: 'better' | 'worse' | 'same';
  sort: Sort;
  descending: boolean;
}

/** Finds and sorts utterances; keeps what is dear to compute. */
export class Selector {
  private readonly payload: Payload;
  private haystacks: string[] | undefined;
  private ranks: Float64Array | undefined;
  private readonly heard: ReadonlySet<number>;

  constructor(payload: Payload) {
    this.payload = payload;
    this.heard = new Set(payload.utterances.waveforms.map(([index]) => index));
  }

  /** @returns indices of utterances, in the query's order; ties stay in the page's own */
  select(query: Query): Uint32Array {
    const tests = this.testsOf(query);
    const { length } = this.payload.utterances.ids;
    const found: number[] = [];
    for (let i = 0; i < length; i++) if (tests.every((test) => test(i))) found.push(i);
    const keys = this.keysOf(query);
    const sign = query.descending ? -1 : 1;
    return Uint32Array.from(found.sort((a, b) => sign * (keys[a]! - keys[b]!) || a - b));
  }

  /** Errors over reference tokens of one side; 1 where the reference is empty and the hypothesis is not. */
  cer(index: number, side = 0): number {
    const { tokens, sides } = this.payload.utterances;
    const errors = sides[side]!.errors[index]!;
    return tokens[index]! > 0 ? errors / tokens[index]! : Math.min(1, errors);
  }

  /** Second side's CER less the first's. */
  change(index: number): number {
    return this.payload.utterances.sides.length > 1 ? this.cer(index, 1) - this.cer(index, 0) : 0;
  }

  private testsOf(query: Query): ((index: number) => boolean)[] {
    const { sides, speakers, seconds, snr, references } = this.payload.utterances;
    const tests: ((index: number) => boolean)[] = [];
    const within = (range: readonly [number, number], values: readonly (number | null)[] | undefined): void => {
      tests.push((i) => values?.[i] != null && values[i] >= range[0] && values[i] < range[1]);
    };
    if (query.errorsOnly) tests.push((i) => sides.some((side) => side.errors[i]! > 0));
    if (query.audioOnly) tests.push((i) => this.heard.has(i));
    if (query.speaker) {
      const wanted = speakers?.names.indexOf(query.speaker) ?? -1;
      tests.push((i) => wanted >= 0 && speakers?.of[i] === wanted);
    }
    if (query.seconds) within(query.seconds, seconds);
    if (query.snr) within(query.snr, snr);
    if (query.confusion !== undefined) tests.push((i) => sides[0]!.edits?.[i]!.includes(query.confusion!) ?? false);
    if (query.outcome)
      tests.push(
        (i) =>
          Math.sign(sides[1]!.errors[i]! - sides[0]!.errors[i]!) === { better: -1, same: 0, worse: 1 }[query.outcome!],
      );
    if (query.grapheme) {
      const contains = graphemeTest(query.grapheme, this.payload);
      tests.push((i) => contains(references[i]!));
    }
    if (query.text) {
      const haystacks = (this.haystacks ??= references.map((reference, i) =>
        [this.payload.utterances.ids[i]!, reference, ...sides.map((s) => s.hypotheses[i]!)].join('\n').toLowerCase(),
      ));
      const needle = query.text.normalize('NFC').toLowerCase();
      tests.push((i) => haystacks[i]!.includes(needle));
    }
    return tests;
  }

  private keysOf({ sort, descending }: Query): ArrayLike<number> {
    const { ids, sides, tokens, seconds, snr } = this.payload.utterances;
    switch (sort) {
      case 'cer':
        // Of equally good or bad ones the longest first: it shows most.
        return ids.map((_, i) => this.cer(i, sides.length - 1) + (descending ? 1 : -1) * tokens[i]! * 1e-9);
      case 'errors':
        return sides.at(-1)!.errors;
      case 'length':
        return seconds?.map((s) => s ?? -1) ?? tokens;
      case 'snr':
        return snr?.map((s) => s ?? -Infinity) ?? tokens;
      case 'change':
        return ids.map((_, i) => this.change(i));
      case 'id':
        return (this.ranks ??= ranked(ids));
    }
  }
}

/** A number a name, in the order that people sort names in: 2 before 10. */
function ranked(names: readonly string[]): Float64Array {
  const compare = new Intl.Collator('und', { numeric: true }).compare;
  const ranks = new Float64Array(names.length);
  [...names.keys()].sort((a, b) => compare(names[a]!, names[b]!)).forEach((index, rank) => (ranks[index] = rank));
  return ranks;
}

/**
 * Whether a text has a grapheme: `n` is not in `ng` where the profile has that, nor `e` in an e with an accent put
 * after it.
 */
export function graphemeTest(
  grapheme: string,
  { unit, profile }: Pick<Payload, 'unit' | 'profile'>,
): (text: string) => boolean {
  const wanted = grapheme.normalize('NFC');
  if (wanted === '|') return (text) => text.includes(' ');
  if (unit === 'phones') return (text) => text.split(' ').includes(wanted);
  const longer = profile
    .filter((entry) => entry !== wanted && entry.includes(wanted))
    .sort((a, b) => b.length - a.length);
  const pattern = new RegExp(
    `${longer.map((entry) => `${literal(entry)}|`).join('')}(${literal(wanted)})(?!\\p{M})`,
    'gu',
  );
  return (text) => {
    for (const match of text.matchAll(pattern)) if (match[1] !== undefined) return true;
    return false;
  };
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
