/**
 * Hypotheses of one frame, best first, in columns. Two may have one prefix: one ends on its token, the other on a
 * blank.
 */
export class Beam {
  size = 0;
  readonly prefixes: Int32Array;
  /** Token of the last frame. */
  readonly lasts: Int32Array;
  /** Last run in the traces. */
  readonly runs: Int32Array;
  /** ln of the summed probability of the paths so far. */
  readonly logits: Float64Array;
  /** ln of the probability of the likeliest of them, which `runs` describes. */
  readonly paths: Float64Array;

  constructor(width: number) {
    this.prefixes = new Int32Array(width);
    this.lasts = new Int32Array(width);
    this.runs = new Int32Array(width);
    this.logits = new Float64Array(width);
    this.paths = new Float64Array(width);
  }

  push(prefix: number, last: number, run: number, logit: number, path: number): void {
    this.prefixes[this.size] = prefix;
    this.lasts[this.size] = last;
    this.runs[this.size] = run;
    this.logits[this.size] = logit;
    this.paths[this.size++] = path;
  }
}

/** Ways to go on, in columns. Each stands for all that write the same and end on the same token. */
export class Candidates {
  size = 0;
  /** The hypothesis whose likeliest path here is the likeliest. */
  readonly origins: Int32Array;
  readonly tokens: Int32Array;
  /** −1 where it may be new. */
  readonly prefixes: Int32Array;
  readonly logits: Float64Array;
  readonly paths: Float64Array;
  /** What the language adds. */
  readonly languages: Float64Array;
  /** Both together. */
  readonly scores: Float64Array;

  constructor(most: number) {
    this.origins = new Int32Array(most);
    this.tokens = new Int32Array(most);
    this.prefixes = new Int32Array(most);
    this.logits = new Float64Array(most);
    this.paths = new Float64Array(most);
    this.languages = new Float64Array(most);
    this.scores = new Float64Array(most);
  }

  /** @returns its index */
  push(origin: number, token: number, prefix: number, logit: number, path: number, language: number): number {
    this.origins[this.size] = origin;
    this.tokens[this.size] = token;
    this.prefixes[this.size] = prefix;
    this.logits[this.size] = logit;
    this.paths[this.size] = path;
    this.languages[this.size] = language;
    return this.size++;
  }

  /** Adds a hypothesis's paths to a candidate's: ln(e^a + e^b). */
  merge(index: number, origin: number, logit: number, path: number): void {
    const a = this.logits[index]!;
    this.logits[index] = Math.max(a, logit) + Math.log1p(Math.exp(-Math.abs(a - logit)));
    if (path <= this.paths[index]!) return;
    this.paths[index] = path;
    this.origins[index] = origin;
  }
}
