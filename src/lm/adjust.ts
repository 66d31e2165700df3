import { BEGIN_ID, END_ID } from './count.ts';
import { discountsOf, type Discounts } from './discounts.ts';
import type { Cursor } from './cursor.ts';
import type { RecordSorter } from './record-sorter.ts';
import { breathe, ROWS_A_BREATH } from './work.ts';

/** What is left out of the model; what it had goes to the shorter n-grams. */
export interface Pruning {
  /** An n-gram of order k stays if it occurs more often than `counts[k - 1]`. Never falls with k. */
  counts: readonly number[];
  /** 1 for the ids that stay. */
  kept: Uint8Array;
}

export interface Adjusted {
  /** Adjusted counts by id. */
  unigrams: Uint32Array;
  /** 1 for those that are left out, by id. */
  prunedUnigrams: Uint8Array;
  /** By order − 1. */
  discounts: Discounts[];
}

/**
 * Kneser–Ney's adjusted counts, and the discounts that follow from them, in one pass (Heafield et al. 2013): the count
 * of the longest n-grams and of those that begin with `<s>`, else the number of different tokens before the n-gram.
 * @param full rows of `order` ids and a count, sorted by the last id, then by the one before it, …: n-grams with the
 * same end stand together
 * @param sorters from order 2 on: take rows of ids, adjusted count, and 1 if the n-gram is left out
 */
export async function adjustCounts(
  full: Cursor,
  order: number,
  sorters: readonly RecordSorter[],
  { counts: thresholds, kept }: Pruning,
  signal?: AbortSignal,
): Promise<Adjusted> {
  const unigrams = new Uint32Array(kept.length);
  const prunedUnigrams = new Uint8Array(kept.length);
  const tallies = Array.from({ length: order }, () => new Float64Array(5));
  const row = full.row;
  // The n-grams of each order that the last row ends with; `open` is the longest that is not yet written.
  const last = new Uint32Array(order);
  const adjusted = new Float64Array(order + 1);
  const actual = new Float64Array(order + 1);
  let open = 0;

  const write = (k: number, tallied: number): void => {
    const start = order - k;
    const tally = tallies[k - 1]!;
    if (tallied < tally.length) tally[tallied]!++;
    let pruned = actual[k]! <= thresholds[k - 1]!;
    for (let i = start; i < order; i++) if (kept[last[i]!] === 0) pruned = true;
    if (k === 1) {
      unigrams[last[start]!] = adjusted[1]!;
      prunedUnigrams[last[start]!] = pruned && last[start]! > END_ID ? 1 : 0;
      return;
    }
    const sorter = sorters[k - 2]!;
    const at = sorter.slot();
    for (let i = 0; i < k; i++) sorter.records[at + i] = last[start + i]!;
    sorter.records[at + k] = adjusted[k]!;
    sorter.records[at + k + 1] = pruned ? 1 : 0;
  };

  for (let rows = 1; full.next(); rows++) {
    if (rows % ROWS_A_BREATH === 0) await breathe(signal);
    const count = row[order]!;
    let same = 0;
    while (same < open && row[order - 1 - same] === last[order - 1 - same]) same++;
    for (; open > same; open--) write(open, adjusted[open]!);
    for (let k = 1; k <= same; k++) actual[k]! += count;
    if (same > 0) adjusted[same]!++;
    for (let i = 0; i < order; i++) last[i] = row[i]!;
    for (let ended = false; !ended && open < order;) {
      open++;
      ended = last[order - open] === BEGIN_ID;
      actual[open] = count;
      adjusted[open] = ended || open === order ? count : 1;
    }
    // Nothing longer can follow: it is complete.
    if (open === order) write(open--, count);
  }
  // lmplz takes the actual counts of the very last n-grams where it should take the adjusted ones. To agree with it
  // matters more.
  for (; open > 0; open--) write(open, actual[open]!);
  return { unigrams, prunedUnigrams, discounts: tallies.map(discountsOf) };
}
