import { hashOf } from './hash.ts';

/** How full it may be. */
const FULLEST = 0.6;

/**
 * Numbers by texts, of which only hashes of 52 bits are kept: a third of what a Map of strings takes. Of a million
 * texts two have one hash in one of ten thousand cases; then the later one's number stands for both.
 */
export class HashedNumbers {
  private hashes = new Float64Array(1 << 10);
  private values = new Float32Array(1 << 10);
  private count = 0;

  get size(): number {
    return this.count;
  }

  has(text: string): boolean {
    return this.hashes[this.placeOf(keyOf(text))] !== 0;
  }

  get(text: string): number | undefined {
    const place = this.placeOf(keyOf(text));
    return this.hashes[place] === 0 ? undefined : this.values[place];
  }

  /** @param value rounded to 24 bits */
  set(text: string, value: number): void {
    if (this.count >= FULLEST * this.hashes.length) this.grow();
    const key = keyOf(text);
    const place = this.placeOf(key);
    if (this.hashes[place] === 0) this.count++;
    this.hashes[place] = key;
    this.values[place] = value;
  }

  /** Where a key stands, or the first free place after where it should. */
  private placeOf(key: number): number {
    const { hashes } = this;
    let place = key % hashes.length;
    while (hashes[place] !== 0 && hashes[place] !== key) place = place + 1 === hashes.length ? 0 : place + 1;
    return place;
  }

  private grow(): void {
    const { hashes, values } = this;
    this.hashes = new Float64Array(2 * hashes.length);
    this.values = new Float32Array(2 * hashes.length);
    hashes.forEach((key, i) => {
      if (key === 0) return;
      const place = this.placeOf(key);
      this.hashes[place] = key;
      this.values[place] = values[i]!;
    });
  }
}

/** Nothing is hashed to 0, which stands for a free place. */
const keyOf = (text: string): number => hashOf(text) + 1;
