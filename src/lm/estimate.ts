import { adjustCounts, type Pruning } from './adjust.ts';
import { BEGIN_ID, UNKNOWN_ID } from './count.ts';
import { discountOf, type Discounts } from './discounts.ts';
import type { NgramTable } from './ngram-table.ts';
import type { Cursor } from './cursor.ts';
import { RecordSorter } from './record-sorter.ts';
import { keysFrom, byEnding } from './by-ending.ts';
import { discount, Group } from './discounted-probabilities.ts';
import { Interpolation } from './interpolation.ts';

export interface Estimate {
  /** The ids that stay: those in `levels` are indices into it. */
  ids: number[];
  /** From order 1 on. */
  levels: NgramTable[];
  discounts: Discounts[];
}

/** Where rows wait to be sorted. */
export interface Workspace {
  /** Bytes for all sorters that are alive at once. */
  memory: number;
  folder: string;
  signal?: AbortSignal;
}

/**
 * Interpolated modified Kneser–Ney (Chen & Goodman 1998), in the steps of lmplz (Heafield et al. 2013): adjusted
 * counts; then, context by context, discounted probabilities and what is left for the shorter n-grams; then, ending by
 * ending, the interpolation from the uniform distribution up. Each step streams through sorted rows.
 * @param full rows of `order` ids and a count, by ending
 */
export async function estimate(
  full: Cursor,
  order: number,
  pruning: Pruning,
  { memory, folder, signal }: Workspace,
): Promise<Estimate> {
  const share = memory / (3 * order);
  const orders = Array.from({ length: order - 1 }, (_, i) => i + 2);
  const counted = orders.map(
    (k) => new RecordSorter({ columns: k + 2, keys: [...keysFrom(k - 2), k - 1] }, share, folder, `counts-${k}`),
  );
  const discounted = orders.map((k) => byEnding(k, 2, share, folder, `probabilities-${k}`));
  const backoffs = orders.map((k) => byEnding(k - 1, 1, share, folder, `backoffs-${k - 1}`));
  try {
    const { unigrams, prunedUnigrams, discounts } = await adjustCounts(full, order, counted, pruning, signal);
    for (const [i, sorter] of counted.entries()) {
      await discount(sorter.sorted(), orders[i]!, discounts[i + 1]!, discounted[i]!, backoffs[i]!, signal);
      sorter.close();
    }
    const probabilities = unigramProbabilities(unigrams, prunedUnigrams, discounts[0]!);
    const interpolation = new Interpolation(
      order,
      discounted.map((s) => s.sorted()),
      backoffs.map((s) => s.sorted()),
      prunedUnigrams,
    );
    const ids = Array.from(prunedUnigrams.keys()).filter((id) => prunedUnigrams[id] === 0);
    return { ids, levels: await interpolation.run(probabilities, signal), discounts };
  } finally {
    for (const sorter of [...counted, ...discounted, ...backoffs]) sorter.close();
  }
}

/**
 * P by id; the mass of what is discounted and left out goes to all tokens alike, `<unk>` among them. `<s>` gets 1, as
 * in lmplz: it is never predicted.
 */
function unigramProbabilities(counts: Uint32Array, pruned: Uint8Array, discounts: Discounts): Float64Array {
  const group = new Group();
  for (let id = 0; id < counts.length; id++) group.add(counts[id]!, pruned[id]!, discounts);
  const size = counts.length - pruned.reduce((sum, p) => sum + p, 0) - 1;
  const uniform = group.left / group.total / size;
  const result = Float64Array.from(counts, (count) => (count - discountOf(discounts, count)) / group.total + uniform);
  result[UNKNOWN_ID] = uniform;
  result[BEGIN_ID] = 1;
  return result;
}
