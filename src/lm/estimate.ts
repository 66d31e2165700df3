import { adjustCounts, type Pruning } from './adjust.ts';
import { BEGIN_ID, UNKNOWN_ID } from './count.ts';
import { discountOf, type Discounts } from './discounts.ts';
import { NgramTable } from './ngram-table.ts';
import { compareRows, RecordSorter, type Cursor } from './record-sorter.ts';
import { breathe, ROWS_A_BREATH } from './work.ts';

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
 * Sorts n-grams by their last id, then the one before it, … (all that end alike stand together); `columns` numbers
 * follow the ids.
 * @param order of the n-grams
 */
export const byEnding = (
  order: number,
  columns: number,
  bytes: number,
  folder: string,
  name: string,
  sum?: number,
): RecordSorter =>
  new RecordSorter(
    { columns: order + columns, keys: keysFrom(order - 1), ...(sum === undefined ? {} : { sum }) },
    bytes,
    folder,
    name,
  );

const keysFrom = (column: number): number[] => Array.from({ length: column + 1 }, (_, i) => column - i);

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

/** The sums over all n-grams with one context. */
class Group {
  /** Of the counts. */
  total = 0;
  /** Taken from them: by discounts, and whole where the n-gram is left out. */
  left = 0;

  add(count: number, pruned: number, discounts: Discounts): void {
    this.total += count;
    this.left += pruned ? count : discountOf(discounts, count);
  }
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** A number's 32 bits as a float, for rows. */
function bitsOf(value: number): number {
  float[0] = value;
  return bits[0]!;
}

function floatOf(value: number): number {
  bits[0] = value;
  return float[0]!;
}

/**
 * From counts to discounted probabilities.
 * @param counted rows of `order` ids, count, whether left out; those with the same context stand together
 * @param probabilities takes rows of ids, discounted probability, weight of the shorter n-gram's probability
 * @param backoffs takes rows of the context's ids and that weight
 */
async function discount(
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

/**
 * Walks through the n-grams of all orders at once, from each token to all n-grams that end with it: the probability of
 * an n-gram's ending is then always at hand.
 */
class Interpolation {
  private readonly order: number;
  private readonly grams: readonly Cursor[];
  private readonly backoffs: readonly Cursor[];
  private readonly alive: boolean[];
  private readonly backoffAlive: boolean[];
  private readonly keys: readonly number[][];
  private readonly levels: NgramTable[];
  private readonly newIds: Uint32Array;
  private readonly pruned: Uint8Array;
  private readonly unigram = new Uint32Array(1);
  private written = 0;

  /**
   * @param grams from order 2 on: rows of ids, discounted probability, weight of the lower order
   * @param backoffs from order 1 on: rows of ids, back-off weight
   */
  constructor(order: number, grams: readonly Cursor[], backoffs: readonly Cursor[], pruned: Uint8Array) {
    this.order = order;
    this.grams = grams;
    this.backoffs = backoffs;
    this.alive = grams.map((cursor) => cursor.next());
    this.backoffAlive = backoffs.map((cursor) => cursor.next());
    this.keys = Array.from({ length: order }, (_, i) => keysFrom(i));
    this.levels = Array.from({ length: order }, (_, i) => new NgramTable(i + 1));
    this.pruned = pruned;
    this.newIds = new Uint32Array(pruned.length);
    for (let id = 0, next = 0; id < pruned.length; id++) this.newIds[id] = pruned[id] ? 0 : next++;
  }

  async run(unigrams: Float64Array, signal?: AbortSignal): Promise<NgramTable[]> {
    let breathed = 0;
    for (let id = 0; id < unigrams.length; id++) {
      if (this.pruned[id]) continue;
      this.unigram[0] = id;
      this.write(1, this.unigram, unigrams[id]!);
      this.extend(2, this.unigram, unigrams[id]!);
      if (this.written - breathed < ROWS_A_BREATH) continue;
      breathed = this.written;
      await breathe(signal);
    }
    return this.levels;
  }

  /**
   * Writes all n-grams of an order that end with `ending` (order − 1 ids, whose probability is given), and all longer
   * ones.
   */
  private extend(order: number, ending: Uint32Array, lower: number): void {
    if (order > this.order) return;
    const cursor = this.grams[order - 2]!;
    const { row } = cursor;
    while (this.alive[order - 2] && endsWith(row, order, ending)) {
      const probability = floatOf(row[order]!) + floatOf(row[order + 1]!) * lower;
      this.write(order, row, probability);
      this.extend(order + 1, row, probability);
      this.alive[order - 2] = cursor.next();
    }
  }

  private write(order: number, row: Uint32Array, probability: number): void {
    const weight = order === this.order ? 1 : this.takeBackoff(order, row);
    const level = this.levels[order - 1]!;
    // Rounding can lead above 1.
    const at = level.add(Math.min(0, logOf(probability)), logOf(weight));
    for (let c = 0; c < order; c++) level.words[at + c] = this.newIds[row[c]!]!;
    this.written++;
  }

  /** 1 where the n-gram is no context of another. Contexts that were themselves left out are skipped. */
  private takeBackoff(order: number, row: Uint32Array): number {
    const cursor = this.backoffs[order - 1]!;
    const keys = this.keys[order - 1]!;
    for (; this.backoffAlive[order - 1]; this.backoffAlive[order - 1] = cursor.next()) {
      const difference = compareRows(cursor.row, row, keys);
      if (difference === 0) return floatOf(cursor.row[order]!);
      if (difference > 0) break;
    }
    return 1;
  }
}

/** What ARPA files have for log10 of 0. */
const LOG_ZERO = -99;

const logOf = (value: number): number => (value > 0 ? Math.log10(value) : LOG_ZERO);

/** Whether a row of `order` ids ends with the first `order − 1` ids of another row. */
function endsWith(row: Uint32Array, order: number, ending: Uint32Array): boolean {
  for (let c = 1; c < order; c++) if (row[c] !== ending[c - 1]) return false;
  return true;
}
