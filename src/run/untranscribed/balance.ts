import type { Draft } from './drafts.ts';

/** A word has been heard often enough once it is this share of all words, */
const OFTEN = 0.01;
/** and at least so often. */
const OFTEN_AT_LEAST = 10;
/**
 * A recording gives at most so many times as much as recordings give on average: it stands for a voice, where nobody
 * says who speaks.
 */
const ABOVE_AVERAGE = 2;
/** Seconds that any recording may give. */
const ANY = 120;

/**
 * Leaves out what would make training lean to one side, the surest kept: utterances of nothing but words that were
 * heard often enough (“yes”, “and then”: what a model is surest of), and what a long recording has more than others.
 */
export function balanced(drafts: readonly Draft[]): Draft[] {
  const seconds = drafts.reduce((sum, draft) => sum + lengthOf(draft), 0);
  const recordings = new Set(drafts.map(({ file }) => file)).size;
  const mostSeconds = Math.max(ANY, recordings > 1 ? (ABOVE_AVERAGE * seconds) / recordings : Infinity);
  const mostTimes = Math.max(OFTEN_AT_LEAST, OFTEN * drafts.reduce((sum, { text }) => sum + wordsOf(text).length, 0));
  const [times, given] = [new Map<string, number>(), new Map<string, number>()];
  const bySurety = [...drafts].sort((a, b) => b.confidence - a.confidence || before(a, b));
  return bySurety
    .filter((draft) => {
      const words = wordsOf(draft.text);
      const had = (given.get(draft.file) ?? 0) + lengthOf(draft);
      if (had > mostSeconds || words.every((word) => (times.get(word) ?? 0) >= mostTimes)) return false;
      given.set(draft.file, had);
      for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
      return true;
    })
    .sort(before);
}

const wordsOf = (text: string): string[] => text.split(' ');
const lengthOf = ({ start, end }: Draft): number => end - start;
const before = (a: Draft, b: Draft): number => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.start - b.start);
