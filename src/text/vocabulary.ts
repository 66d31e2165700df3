import { InputError, type Place } from '../support/errors.ts';

export const BLANK = '<pad>';
export const UNKNOWN = '<unk>';
export const DELIMITER = '|';

/**
 * The tokens that a head writes, in the layout of Hugging Face's `vocab.json`: blank is `<pad>`, 0; words part at `|`.
 */
export class Vocabulary {
  readonly blank: number;
  readonly delimiter: number;
  /** In the order of their ids. */
  readonly tokens: readonly string[];
  private readonly ids: ReadonlyMap<string, number>;

  private constructor(tokens: readonly string[]) {
    this.tokens = tokens;
    this.ids = new Map(tokens.map((token, id) => [token, id]));
    this.blank = this.ids.get(BLANK)!;
    this.delimiter = this.ids.get(DELIMITER)!;
  }

  /**
   * A vocabulary of all tokens that occur, in code-point order.
   * @param base a vocabulary to extend: its tokens keep their ids
   */
  static build(texts: Iterable<readonly string[]>, base?: Vocabulary): Vocabulary {
    const known = base?.tokens ?? [BLANK, UNKNOWN, DELIMITER];
    const seen = new Set<string>();
    for (const tokens of texts) for (const token of tokens) seen.add(token);
    for (const token of known) seen.delete(token);
    return new Vocabulary([...known, ...[...seen].sort()]);
  }

  /** A vocabulary of these tokens in this order, `<pad>` and `|` among them. */
  static fromTokens(tokens: readonly string[]): Vocabulary {
    return new Vocabulary(tokens);
  }

  /** @throws InputError when it is not a vocab.json with `<pad>` and `|` and ids from 0 on without gaps */
  static fromJson(json: unknown, place: Place = {}): Vocabulary {
    const entries = typeof json === 'object' && json !== null ? Object.entries(json as Record<string, unknown>) : [];
    const byId = new Map(entries.map(([token, id]) => [id, token]));
    // Fewer ids than tokens, or one that is no index of them: there is a gap, or two tokens share one.
    const tokens = entries.map((_, id) => byId.get(id));
    if (tokens.includes(undefined) || !tokens.includes(BLANK) || !tokens.includes(DELIMITER))
      throw new InputError(
        'not a vocabulary',
        'A vocab.json maps each token to a number from 0 on, with "<pad>" and "|" among them.',
        place,
      );
    return new Vocabulary(tokens as string[]);
  }

  toJson(): Record<string, number> {
    return Object.fromEntries(this.tokens.map((token, id) => [token, id]));
  }

  get size(): number {
    return this.tokens.length;
  }

  token(id: number): string {
    return this.tokens[id] ?? UNKNOWN;
  }

  /** Ids of tokens; those that are not in the vocabulary become `<unk>` and are named. */
  encode(tokens: readonly string[]): { ids: Int32Array; unknown: string[] } {
    const unknown = tokens.filter((token) => !this.ids.has(token));
    const fallback = this.ids.get(UNKNOWN) ?? this.blank;
    return { ids: Int32Array.from(tokens, (token) => this.ids.get(token) ?? fallback), unknown: [...new Set(unknown)] };
  }

  /** Text of decoded ids, blanks and `<unk>` left out, words parted by single spaces. */
  decode(ids: ArrayLike<number>): string {
    let text = '';
    for (let i = 0; i < ids.length; i++) {
      const token = this.token(ids[i]!);
      if (token === DELIMITER) text += ' ';
      else if (token !== BLANK && token !== UNKNOWN) text += token;
    }
    // Marks that are tokens of their own join their letters again.
    return text.normalize('NFC').replace(/\s+/g, ' ').trim();
  }
}
