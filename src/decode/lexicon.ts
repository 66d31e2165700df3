import type { LanguageModel } from '../lm/language-model.ts';
import { characters, Trie } from './trie.ts';

/** A list of words as a trie: which beginnings can still become a word, and which are one. */
export class Lexicon {
  private readonly trie = new Trie();
  private readonly ends = new Set<number>();

  constructor(words: Iterable<string>) {
    for (const word of words) {
      const end = this.trie.add(word).at(-1);
      if (end !== undefined) this.ends.add(end);
    }
  }

  /**
   * The words that a model has too, for `unigrams`: a beginning that leads to none of them is that of an unknown word.
   */
  static known(words: Iterable<string>, lm: LanguageModel): Lexicon {
    return new Lexicon(Array.from(words).filter((word) => lm.has(word)));
  }

  /** How many different words. */
  get size(): number {
    return this.ends.size;
  }

  /** The beginning (0: the empty one) that some characters make of another, or −1 where no word begins so. */
  step(from: number, by: readonly number[]): number {
    return this.trie.step(from, by);
  }

  isWord(beginning: number): boolean {
    return this.ends.has(beginning);
  }

  has(word: string): boolean {
    return this.isWord(this.trie.step(0, characters(word)));
  }
}
