import { graphemes } from '../../text/graphemes.ts';
import { ExcludedText, normalise } from '../../text/normalise.ts';
import type { TextRules } from '../../text/rules.ts';
import type { Utterance } from '../utterance.ts';

/** What a corpus has been heard to say, and what would add most to it. */
export interface Coverage {
  /** The rarest first. */
  graphemes: { grapheme: string; count: number; speakers: number }[];
  /** Sequences of two graphemes: how many there are, and how many of them are heard often enough. */
  pairs: { different: number; known: number };
  /** Of the sentences that were handed over, the best one first. */
  sentences: { text: string; line: number; adds: string[] }[];
}

/** A grapheme, or a pair of them, that was heard so often is known well enough. */
export const ENOUGH = 20;
const [MOST_SENTENCES, MOST_WORDS, MOST_SHOWN] = [10, 25, 8];

const RULES: TextRules = {
  ...{ language: 'und', case: 'lower', punctuation: 'remove', brackets: 'remove', digits: 'keep', apostrophe: 'auto' },
  map: {},
};

/** A transcript in small letters without punctuation: what counts as the same text. */
export function plainText(text: string): string {
  try {
    return normalise(text, RULES, {});
  } catch (error) {
    if (error instanceof ExcludedText) return '';
    throw error;
  }
}

/**
 * Counts graphemes and pairs of them, and finds the ten sentences that would add most if they were recorded too:
 * together they bring as many of those that are still rare as ten can, found greedily.
 * @param candidates a sentence each
 * @example coverageOf(utterances, text.split('\n')).sentences[0]
 */
export function coverageOf(utterances: readonly Utterance[], candidates: readonly string[] = []): Coverage {
  const counts = new Map<string, number>();
  const speakers = new Map<string, Set<string | undefined>>();
  const said = new Set<string>();
  for (const { text, speaker } of utterances) {
    const plain = plainText(text);
    said.add(plain);
    for (const unit of unitsOf(plain)) {
      counts.set(unit, (counts.get(unit) ?? 0) + 1);
      if (isPair(unit)) continue;
      const known = speakers.get(unit);
      if (known) known.add(speaker);
      else speakers.set(unit, new Set([speaker]));
    }
  }
  const pairs = [...counts].filter(([unit]) => isPair(unit));
  return {
    graphemes: Array.from(speakers, ([grapheme, who]) => ({
      ...{ grapheme, count: counts.get(grapheme)!, speakers: who.size },
    })).sort((a, b) => a.count - b.count || (a.grapheme < b.grapheme ? -1 : 1)),
    pairs: { different: pairs.length, known: pairs.filter(([, count]) => count >= ENOUGH).length },
    sentences: mostAdding(candidates, counts, said),
  };
}

/** Graphemes, and pairs of neighbours with a blank between them. */
function unitsOf(plain: string): string[] {
  return plain.split(' ').flatMap((word) => {
    const letters = graphemes(word);
    return [...letters, ...letters.slice(1).map((letter, i) => `${letters[i]} ${letter}`)];
  });
}

const isPair = (unit: string): boolean => unit.includes(' ');

interface Candidate {
  text: string;
  line: number;
  units: ReadonlyMap<string, number>;
  /** No less than what it adds now: what it added before, since that only falls. */
  atMost: number;
}

function mostAdding(
  texts: readonly string[],
  heard: ReadonlyMap<string, number>,
  said: ReadonlySet<string>,
): Coverage['sentences'] {
  const counts = new Map(heard);
  let left = texts.flatMap((text, i): Candidate[] => {
    const plain = plainText(text);
    if (plain === '' || said.has(plain) || plain.split(' ').length > MOST_WORDS) return [];
    const candidate = { text: text.trim(), line: i + 1, units: countsOf(unitsOf(plain)), atMost: 0 };
    return [{ ...candidate, atMost: addedBy(candidate, counts) }];
  });
  const chosen: Coverage['sentences'] = [];
  while (chosen.length < MOST_SENTENCES && left.length > 0) {
    left.sort((a, b) => b.atMost - a.atMost || a.line - b.line);
    const best = bestOf(left, counts);
    if (best.atMost === 0) break;
    chosen.push({ text: best.text, line: best.line, adds: rareIn(best, counts) });
    for (const [unit, times] of best.units) counts.set(unit, (counts.get(unit) ?? 0) + times);
    left = left.filter((one) => one !== best);
  }
  return chosen;
}

/**
 * What a candidate added before bounds what it adds now: most need not be looked at again (lazy greedy, Minoux 1978).
 */
function bestOf(sorted: readonly Candidate[], counts: ReadonlyMap<string, number>): Candidate {
  let best: Candidate | undefined;
  for (const candidate of sorted) {
    if (best && candidate.atMost <= best.atMost) break;
    candidate.atMost = addedBy(candidate, counts);
    if (!best || candidate.atMost > best.atMost) best = candidate;
  }
  return best!;
}

function addedBy({ units }: Pick<Candidate, 'units'>, counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [unit, times] of units) sum += Math.min(times, Math.max(0, ENOUGH - (counts.get(unit) ?? 0)));
  return sum;
}

/** The rarest of what it brings. */
const rareIn = ({ units }: Candidate, counts: ReadonlyMap<string, number>): string[] =>
  [...units.keys()]
    .map((unit) => ({ unit, count: counts.get(unit) ?? 0 }))
    .filter(({ count }) => count < ENOUGH)
    .sort((a, b) => a.count - b.count || a.unit.length - b.unit.length)
    .slice(0, MOST_SHOWN)
    .map(({ unit }) => unit.replace(' ', ''));

function countsOf(units: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const unit of units) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  return counts;
}
