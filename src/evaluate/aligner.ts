import { InputError } from '../support/errors.ts';
import { DELETE, EDITS, EQUAL, INSERT, SUBSTITUTE, UNIT_COSTS, type Costs } from './costs.ts';
import { EditMatrix, type Stretch } from './edit-matrix.ts';
import type { Ids } from './ids.ts';

/**
 * Above this many bits the table is halved instead of kept, as rapidfuzz does: memory stays small for whole recordings.
 */
const MOST_BITS = 8 * 1024 * 1024;
const LEAST_TO_HALVE = { reference: 65, hypothesis: 10 };
/** Cells of the table for costs that are not one each: 512 MiB. */
const MOST_CELLS = 2 ** 27;
const CHUNK = 1 << 18;

/** Aligns sequences of token ids one pair after another, in the same memory. */
export class Aligner {
  private readonly matrix = new EditMatrix();
  private costTable = new Int32Array(0);
  /** The edits of the pair at hand, and how many of them are written, from the end backwards. */
  private edits = new Uint8Array(256);
  private at = 0;
  /** Results lie one behind another in chunks: an array of its own for each would cost more than aligning. */
  private chunk = new Uint8Array(0);
  private chunkUsed = 0;

  /**
   * @param ids all ids are below it
   * @returns the edits in order, as numbers: see `EDITS`
   */
  align(reference: Ids, hypothesis: Ids, ids: number, costs: Costs = UNIT_COSTS): Uint8Array {
    const longest = reference.length + hypothesis.length;
    if (this.edits.length < longest) this.edits = new Uint8Array(longest * 2);
    this.at = this.edits.length;
    const a = whole(reference);
    const b = whole(hypothesis);
    if (costs === UNIT_COSTS) this.alignUnit(a, b, ids, Math.max(a.length, b.length));
    else this.alignWeighted(a, b, costs);
    return this.kept();
  }

  /** Only how many edits: a fraction of the memory and the time of `align`. */
  distance(reference: Ids, hypothesis: Ids, ids: number): number {
    const a = whole(reference);
    const b = whole(hypothesis);
    trim(a, b);
    return a.length === 0 || b.length === 0 ? a.length + b.length : this.matrix.fill(a, b, ids, false);
  }

  /** Writes the edits of two stretches, last first. @param most that the distance can be */
  private alignUnit(a: Stretch, b: Stretch, ids: number, most: number): void {
    const { prefix, suffix } = trim(a, b);
    this.write(EQUAL, suffix);
    const band = Math.min(a.length, 2 * Math.min(most, Math.max(a.length, b.length)) + 1);
    if (a.length === 0) this.write(INSERT, b.length);
    else if (b.length === 0) this.write(DELETE, a.length);
    else if (
      2 * band * b.length >= MOST_BITS &&
      a.length >= LEAST_TO_HALVE.reference &&
      b.length >= LEAST_TO_HALVE.hypothesis
    )
      this.alignHalves(a, b, ids);
    else {
      this.matrix.fill(a, b, ids, true);
      this.wayBack(a, b);
    }
    this.write(EQUAL, prefix);
  }

  /** Where a cheapest way crosses the middle of the hypothesis, each half is a smaller problem (Hirschberg 1975). */
  private alignHalves(a: Stretch, b: Stretch, ids: number): void {
    const left = b.length >> 1;
    const after = this.lastColumn(reversed(a), reversed({ ...b, start: b.start + left, length: b.length - left }), ids);
    const before = this.lastColumn(a, { ...b, length: left }, ids);
    let middle = 0;
    for (let i = 1; i <= a.length; i++)
      if (before[i]! + after[a.length - i]! < before[middle]! + after[a.length - middle]!) middle = i;
    this.alignUnit(
      { ...a, start: a.start + middle, length: a.length - middle },
      { ...b, start: b.start + left, length: b.length - left },
      ids,
      after[a.length - middle]!,
    );
    this.alignUnit({ ...a, length: middle }, { ...b, length: left }, ids, before[middle]!);
  }

  /** Distances from each beginning of a to the whole of b. */
  private lastColumn(a: Stretch, b: Stretch, ids: number): Int32Array {
    this.matrix.fill(a, b, ids, false);
    const distances = new Int32Array(a.length + 1);
    distances[0] = b.length;
    for (let i = 0; i < a.length; i++)
      distances[i + 1] = distances[i]! + (this.matrix.rises(i, 0) ? 1 : this.matrix.falls(i, 0) ? -1 : 0);
    return distances;
  }

  /** The rule of `UNIT_COSTS.prefer`, read off the differences (Hyyrö 2004). */
  private wayBack(a: Stretch, b: Stretch): void {
    let i = a.length;
    let j = b.length;
    while (i > 0 && j > 0) {
      if (this.matrix.rises(i - 1, j - 1)) {
        i--;
        this.write(DELETE, 1);
      } else if (j > 1 && this.matrix.falls(i - 1, j - 2)) {
        j--;
        this.write(INSERT, 1);
      } else {
        i--;
        j--;
        this.write(a.ids[a.start + i] === b.ids[b.start + j] ? EQUAL : SUBSTITUTE, 1);
      }
    }
    this.write(DELETE, i);
    this.write(INSERT, j);
  }

  private alignWeighted(a: Stretch, b: Stretch, costs: Costs): void {
    const columns = b.length + 1;
    if ((a.length + 1) * columns > MOST_CELLS)
      throw new InputError(
        `${a.length} tokens against ${b.length} are too many to align with these costs`,
        'Cut them into utterances.',
      );
    if (this.costTable.length < (a.length + 1) * columns) this.costTable = new Int32Array((a.length + 1) * columns * 2);
    fillTable(this.costTable, a, b, costs);
    const table = this.costTable;
    const prefer = costs.prefer.map((edit) => EDITS.indexOf(edit));
    for (let i = a.length, j = b.length; i > 0 || j > 0;) {
      const here = table[i * columns + j]!;
      const same = i > 0 && j > 0 && a.ids[a.start + i - 1] === b.ids[b.start + j - 1];
      const cheapest = (edit: number): boolean => {
        if (edit === EQUAL) return same && table[(i - 1) * columns + j - 1] === here;
        if (edit === SUBSTITUTE)
          return i > 0 && j > 0 && !same && table[(i - 1) * columns + j - 1]! + costs.substitute === here;
        if (edit === DELETE) return i > 0 && table[(i - 1) * columns + j]! + costs.delete === here;
        return j > 0 && table[i * columns + j - 1]! + costs.insert === here;
      };
      const edit = prefer.find(cheapest)!;
      this.write(edit, 1);
      if (edit !== INSERT) i--;
      if (edit !== DELETE) j--;
    }
  }

  private write(edit: number, times: number): void {
    for (let i = 0; i < times; i++) this.edits[--this.at] = edit;
  }

  private kept(): Uint8Array {
    const length = this.edits.length - this.at;
    if (this.chunkUsed + length > this.chunk.length) {
      this.chunk = new Uint8Array(Math.max(CHUNK, length));
      this.chunkUsed = 0;
    }
    const kept = this.chunk.subarray(this.chunkUsed, this.chunkUsed + length);
    for (let i = 0; i < length; i++) kept[i] = this.edits[this.at + i]!;
    this.chunkUsed += length;
    return kept;
  }
}

/** [reference + 1, hypothesis + 1]: the cheapest way from the first i tokens to the first j. */
function fillTable(table: Int32Array, a: Stretch, b: Stretch, costs: Costs): void {
  const columns = b.length + 1;
  for (let j = 0; j < columns; j++) table[j] = j * costs.insert;
  for (let i = 1; i <= a.length; i++) {
    const row = i * columns;
    const token = a.ids[a.start + i - 1]!;
    table[row] = i * costs.delete;
    for (let j = 1; j < columns; j++) {
      const diagonal = table[row - columns + j - 1]! + (token === b.ids[b.start + j - 1] ? 0 : costs.substitute);
      table[row + j] = Math.min(diagonal, table[row - columns + j]! + costs.delete, table[row + j - 1]! + costs.insert);
    }
  }
}

const whole = ({ ids, length }: Ids): Stretch => ({ ids, start: 0, length });

const reversed = ({ ids, start, length }: Stretch): Stretch => ({
  ids: ids.slice(start, start + length).reverse(),
  start: 0,
  length,
});

/** Takes off what both begin with, then what both end with. */
function trim(a: Stretch, b: Stretch): { prefix: number; suffix: number } {
  const least = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < least && a.ids[a.start + prefix] === b.ids[b.start + prefix]) prefix++;
  let suffix = 0;
  while (suffix < least - prefix && a.ids[a.start + a.length - 1 - suffix] === b.ids[b.start + b.length - 1 - suffix])
    suffix++;
  a.start += prefix;
  b.start += prefix;
  a.length -= prefix + suffix;
  b.length -= prefix + suffix;
  return { prefix, suffix };
}
