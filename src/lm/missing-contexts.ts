import type { NgramTable } from './ngram-table.ts';

/**
 * Adds the n-grams that longer ones begin with and that a file leaves out, as SRILM's pruning does: each with the
 * probability that backing off gives it, and no back-off weight of its own, so that no score changes. KenLM reads such
 * files so.
 */
export function addMissingContexts(levels: readonly NgramTable[]): void {
  const indices = levels.map(indexOf);
  for (let order = levels.length; order > 1; order--) {
    const [level, below, known] = [levels[order - 1]!, levels[order - 2]!, indices[order - 2]!];
    for (let i = 0; i < level.count; i++) {
      const context = level.words.slice(i * order, i * order + order - 1);
      if (!known.has(context.join())) add(below, known, context);
    }
  }
  // Shorter ones first: the longer are backed off to them.
  for (const [i, level] of levels.entries())
    for (let at = 0; at < level.count; at++)
      if (Number.isNaN(level.probabilities[at]))
        level.probabilities[at] = backedOff(
          Array.from(level.words.subarray(at * (i + 1), (at + 1) * (i + 1))),
          levels,
          indices,
        );
}

type Index = Map<string, number>;

function indexOf(level: NgramTable): Index {
  const index: Index = new Map();
  for (let i = 0; i < level.count; i++)
    index.set(level.words.subarray(i * level.order, (i + 1) * level.order).join(), i);
  return index;
}

function add(level: NgramTable, index: Index, words: Uint32Array): void {
  index.set(words.join(), level.count);
  const at = level.add(NaN, 0);
  level.words.set(words, at);
}

/**
 * log10 P of the last word after the others: of the longest end that is there, and the weights of the contexts on the
 * way to it.
 */
function backedOff(words: readonly number[], levels: readonly NgramTable[], indices: readonly Index[]): number {
  const context = words.slice(0, -1);
  const end = words.slice(1);
  const place = indices[context.length - 1]!.get(context.join());
  const weight = place === undefined ? 0 : levels[context.length - 1]!.backoffs[place]!;
  const there = indices[end.length - 1]!.get(end.join());
  return (
    weight + (there === undefined ? backedOff(end, levels, indices) : levels[end.length - 1]!.probabilities[there]!)
  );
}
