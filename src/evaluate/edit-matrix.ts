/*
 * Bit-parallel edit distance (Myers 1999, in blocks as by Hyyrö 2003): 32 rows of the table in a word of 32 bits. The
 * reference runs down, the hypothesis across. A cell is known by its vertical difference to the cell above it, which is
 * +1, 0 or −1: one bit in `plus`, one in `minus`.
 */

/** A stretch of a sequence of token ids. */
export interface Stretch {
  ids: Int32Array;
  start: number;
  length: number;
}

/** The table of vertical differences; its memory is used again by the next pair. */
export class EditMatrix {
  private plus = new Int32Array(64);
  private minus = new Int32Array(64);
  /** [slot, block]: where in the reference a token stands. Slot 0 is for tokens that do not occur there. */
  private masks = new Int32Array(64);
  /** Slot of each token id; all zero between two pairs. */
  private slots = new Int32Array(64);
  private blocks = 0;

  /**
   * Fills the table and returns the distance.
   * @param ids all ids are below it
   * @param whole keep every column, for a trace back; else only the last stays, and memory is linear
   */
  fill(reference: Stretch, hypothesis: Stretch, ids: number, whole: boolean): number {
    this.setMasks(reference, ids);
    const { blocks, masks, slots } = this;
    const size = (whole ? hypothesis.length : 1) * blocks;
    if (this.plus.length < size) {
      this.plus = new Int32Array(size * 2);
      this.minus = new Int32Array(size * 2);
    }
    const { plus, minus } = this;
    const lastBit = (reference.length - 1) & 31;
    let distance = reference.length;
    // The column before the first: each row costs one deletion more.
    plus.fill(-1, 0, blocks);
    minus.fill(0, 0, blocks);
    for (let j = 0, from = 0, to = 0; j < hypothesis.length; j++) {
      const mask = slots[hypothesis.ids[hypothesis.start + j]!]! * blocks;
      // The top row: each column costs one insertion more.
      let carryPlus = 1;
      let carryMinus = 0;
      for (let block = 0; block < blocks; block++) {
        let equal = masks[mask + block]!;
        const p = plus[from + block]!;
        const m = minus[from + block]!;
        const vertical = equal | m;
        equal |= carryMinus;
        const diagonal = (((equal & p) + p) ^ p) | equal;
        let right = m | ~(diagonal | p);
        let left = p & diagonal;
        if (block === blocks - 1) distance += ((right >>> lastBit) & 1) - ((left >>> lastBit) & 1);
        const nextPlus = right >>> 31;
        const nextMinus = left >>> 31;
        right = (right << 1) | carryPlus;
        left = (left << 1) | carryMinus;
        plus[to + block] = left | ~(vertical | right);
        minus[to + block] = right & vertical;
        carryPlus = nextPlus;
        carryMinus = nextMinus;
      }
      from = to;
      if (whole) to += blocks;
    }
    for (let i = 0; i < reference.length; i++) slots[reference.ids[reference.start + i]!] = 0;
    return distance;
  }

  /** Whether the cell of reference token i and hypothesis token j costs one more than the one above it. */
  rises(i: number, j: number): boolean {
    return ((this.plus[j * this.blocks + (i >>> 5)]! >>> (i & 31)) & 1) === 1;
  }

  /** Whether it costs one less than the cell above it. */
  falls(i: number, j: number): boolean {
    return ((this.minus[j * this.blocks + (i >>> 5)]! >>> (i & 31)) & 1) === 1;
  }

  private setMasks(reference: Stretch, ids: number): void {
    if (this.slots.length < ids) this.slots = new Int32Array(ids * 2);
    const blocks = (reference.length + 31) >>> 5;
    this.blocks = blocks;
    if (this.masks.length < (reference.length + 1) * blocks)
      this.masks = new Int32Array((reference.length + 1) * blocks * 2);
    const { masks, slots } = this;
    masks.fill(0, 0, blocks);
    let used = 0;
    for (let i = 0; i < reference.length; i++) {
      const id = reference.ids[reference.start + i]!;
      let slot = slots[id]!;
      if (slot === 0) {
        slot = ++used;
        slots[id] = slot;
        masks.fill(0, slot * blocks, (slot + 1) * blocks);
      }
      masks[slot * blocks + (i >>> 5)]! |= 1 << (i & 31);
    }
  }
}
