import { discountOf, type Discounts } from './discounts.ts';
import type { Cursor } from './cursor.ts';
import type { RecordSorter } from './record-sorter.ts';
import { breathe, ROWS_A_BREATH } from './work.ts';
import { bitsOf } from './float-bits.ts';

/** The sums over all n-grams with one context. */
export class Group {
  /** Of the counts. */
  total = 0;
  /** Taken from them: by discounts, and whole where the n-gram is left out. */
  left = 0;

  add(count: number, pruned: number, discounts: Discounts): void {
    this.total += count;
    this.left += pruned ? count : discountOf(discounts, count);
  }
}

/**
 * From counts to discounted probabilities.
 * @param counted rows of `order` ids, count, whether left out; those with the same context stand together
 * @param probabilities takes rows of ids, discounted probability, weight of the shorter n-gram's probability
 * @param backoffs takes rows of the context's ids and that weight
 */
export async function discount(
  counted: Cursor,
  order: number,
  discounts: Discounts,
  probabilities: RecordSorter,
  backoffs: RecordSorter,
  signal?: AbortSignal,
): Promise<void> {
  const { row } = counted;
  const [context, columns] = [order - 1, order + 2];
  let rows = new Uint32Array(64 * columns);
  let more = counted.next();
  for (let done = 0; more;) {
    const group = new Group();
    let used = 0;
    do {
      if (used === rows.length) {
        const larger = new Uint32Array(2 * used);
        larger.set(rows);
        rows = larger;
      }
      rows.set(row, used);
      used += columns;
      group.add(row[order]!, row[order + 1]!, discounts);
      if (++done % ROWS_A_BREATH === 0) await breathe(signal);
      more = counted.next();
    } while (more && sameWords(row, rows, context));
    const weight = bitsOf(group.left / group.total);
    const at = backoffs.slot();
    for (let c = 0; c < context; c++) backoffs.records[at + c] = rows[c]!;
    backoffs.records[at + context] = weight;
    for (let from = 0; from < used; from += columns) {
      if (rows[from + order + 1] === 1) continue;
      const to = probabilities.slot();
      for (let c = 0; c < order; c++) probabilities.records[to + c] = rows[from + c]!;
      const count = rows[from + order]!;
      probabilities.records[to + order] = bitsOf((count - discountOf(discounts, count)) / group.total);
      probabilities.records[to + order + 1] = weight;
    }
  }
}

function sameWords(a: Uint32Array, b: Uint32Array, count: number): boolean {
  for (let c = 0; c < count; c++) if (a[c] !== b[c]) return false;
  return true;
}
