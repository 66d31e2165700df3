import { DELIMITER } from '../text/vocabulary.ts';
import { Ids, Interner } from './ids.ts';
import type { Tokeniser } from './tokens.ts';
import type { WordTable } from './word-table.ts';

/**
 * Numbers the tokens of texts; by way of their words where the tokeniser allows that, so that each word is split once.
 */
export class TokenNumbers {
  private readonly interner = new Interner();
  /** The tokens of all words seen, one behind the other, and where a word's begin and end. */
  private readonly all = new Ids();
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly tokens: Tokeniser;
  private readonly words: WordTable;

  constructor(tokens: Tokeniser, words: WordTable) {
    this.tokens = tokens;
    this.words = words;
  }

  /** All numbers are below it. */
  get size(): number {
    return this.interner.size;
  }

  /** Writes the numbers of a text's tokens over what was in `ids`. @param words the text's words, by their table */
  number(text: string, words: Ids, ids: Ids): Ids {
    if (!this.tokens.ofWord) return this.interner.number(this.tokens(text), ids);
    ids.length = 0;
    const delimiter = this.interner.id(DELIMITER);
    for (let i = 0; i < words.length; i++) {
      const word = words.ids[i]!;
      if (this.starts[word] === undefined) this.split(word);
      if (ids.length > 0) ids.push(delimiter);
      ids.append(this.all, this.starts[word]!, this.ends[word]!);
    }
    return ids;
  }

  private split(word: number): void {
    this.starts[word] = this.all.length;
    for (const token of this.tokens.ofWord!(this.words.words[word]!)) this.all.push(this.interner.id(token));
    this.ends[word] = this.all.length;
  }
}
