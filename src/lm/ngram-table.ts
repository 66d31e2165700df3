/**
 * N-grams of one order as they come, in memory: `order` ids each, log10 P, log10 of the back-off weight. Grows as
 * needed.
 */
export class NgramTable {
  readonly order: number;
  words: Uint32Array;
  probabilities: Float32Array;
  backoffs: Float32Array;
  count = 0;

  constructor(order: number, expected = 1 << 10) {
    this.order = order;
    this.words = new Uint32Array(expected * order);
    this.probabilities = new Float32Array(expected);
    this.backoffs = new Float32Array(expected);
  }

  /** Adds an n-gram; its ids are to be written to `words` from the index that is returned. */
  add(probability: number, backoff: number): number {
    if (this.count === this.probabilities.length) this.grow();
    this.probabilities[this.count] = probability;
    this.backoffs[this.count] = backoff;
    return this.count++ * this.order;
  }

  private grow(): void {
    const capacity = Math.max(16, 2 * this.count);
    const [words, probabilities, backoffs] = [
      new Uint32Array(capacity * this.order),
      new Float32Array(capacity),
      new Float32Array(capacity),
    ];
    words.set(this.words);
    probabilities.set(this.probabilities);
    backoffs.set(this.backoffs);
    Object.assign(this, { words, probabilities, backoffs });
  }
}
