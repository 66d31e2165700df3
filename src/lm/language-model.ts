/**
 * An n-gram model as decoding reads it. A state is what the model remembers of the tokens so far, as a number, so that
 * two hypotheses with the same state can be compared and cached.
 */
export interface LanguageModel {
  readonly unit: 'word' | 'character';
  /** Longest n-gram. */
  readonly order: number;
  /** State after `<s>`. */
  readonly begin: number;
  /** State without any context. */
  readonly empty: number;
  /** State after the last `score`. */
  readonly next: number;
  /** The token's number, or that of `<unk>`. */
  idOf(token: string): number;
  /** Whether the token stands in the model's vocabulary. */
  has(token: string): boolean;
  /** log10 P(token | state). Sets `next`. */
  score(state: number, id: number): number;
  /** log10 P(`</s>` | state). */
  scoreEnd(state: number): number;
}
