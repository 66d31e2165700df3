/**
 * Whole numbers by pairs of whole numbers, none below 0, in one open-addressing table: several times as fast as a Map
 * by strings, and without garbage.
 */
export class IntPairMap {
  /** Triples (a, b, value); a is −1 where a place is free. */
  private table = new Int32Array(3 * 64).fill(-1);
  private bits = 6;
  private size = 0;

  /** −1 where there is none. */
  get(a: number, b: number): number {
    const place = this.place(a, b);
    return this.table[place] === -1 ? -1 : this.table[place + 2]!;
  }

  set(a: number, b: number, value: number): void {
    const place = this.place(a, b);
    if (this.table[place] === -1) this.size++;
    this.write(place, a, b, value);
    if (this.size > 0.6 * 2 ** this.bits) this.grow();
  }

  private write(place: number, a: number, b: number, value: number): void {
    this.table[place] = a;
    this.table[place + 1] = b;
    this.table[place + 2] = value;
  }

  /** Where the pair stands, or would. */
  private place(a: number, b: number): number {
    const { table } = this;
    const mask = (1 << this.bits) - 1;
    // Multiplicative hashing (Knuth): the high bits are the mixed ones.
    let slot = Math.imul(Math.imul(a, 0x9e3779b1) + b, 0x85ebca6b) >>> (32 - this.bits);
    for (;;) {
      const place = 3 * slot;
      if (table[place] === -1 || (table[place] === a && table[place + 1] === b)) return place;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const old = this.table;
    this.bits++;
    this.table = new Int32Array(3 * 2 ** this.bits).fill(-1);
    for (let i = 0; i < old.length; i += 3)
      if (old[i] !== -1) this.write(this.place(old[i]!, old[i + 1]!), old[i]!, old[i + 1]!, old[i + 2]!);
  }
}
