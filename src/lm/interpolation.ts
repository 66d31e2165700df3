import { NgramTable } from './ngram-table.ts';
import { compareRows, type Cursor } from './cursor.ts';
import { breathe, ROWS_A_BREATH } from './work.ts';
import { keysFrom } from './by-ending.ts';
import { floatOf } from './float-bits.ts';

/**
 * Walks through the n-grams of all orders at once, from each token to all n-grams that end with it: the probability of
 * an n-gram's ending is then always at hand.
 */
export class Interpolation {
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
