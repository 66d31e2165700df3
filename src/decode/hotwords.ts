import { characters, Trie } from './trie.ts';

/** pyctcdecode's: a natural logarithm, so a hotword is taken as e^10 times as likely. */
const DEFAULT_WEIGHT = 10;

/**
 * Words to be expected (names, terms), each with what it adds to a hypothesis (a natural logarithm). A phrase stands
 * for its words. As in pyctcdecode, a word's beginning is already worth its share of the weight of the shortest hotword
 * that begins so: else the beam would drop a rare word before it is whole.
 */
export class Hotwords {
  private readonly trie = new Trie();
  private readonly weights = new Map<string, number>();
  /** Of each node: weight of the shortest hotword through it, for each of that word's characters. */
  private readonly shares: number[] = [];

  /**
   * @param phrases phrases with their weights, or phrases that all weigh 10; a word that occurs twice keeps the larger
   * weight
   */
  constructor(phrases: Iterable<string> | ReadonlyMap<string, number>) {
    const weighted =
      phrases instanceof Map
        ? [...(phrases as ReadonlyMap<string, number>)]
        : Array.from(phrases as Iterable<string>, (phrase) => [phrase, DEFAULT_WEIGHT] as const);
    for (const [phrase, weight] of weighted)
      for (const word of phrase.split(/\s+/).filter((part) => part !== ''))
        this.weights.set(word, Math.max(weight, this.weights.get(word) ?? -Infinity));
    const shortestFirst = Array.from(this.weights, ([word, weight]) => ({
      word,
      weight,
      length: characters(word).length,
    })).sort((a, b) => a.length - b.length);
    for (const { word, weight, length } of shortestFirst)
      for (const node of this.trie.add(word)) this.shares[node] ??= weight / length;
  }

  /** What a whole word is worth: 0 where it is none. */
  weight(word: string): number {
    return this.weights.get(word) ?? 0;
  }

  /** As `Lexicon.step`. */
  step(from: number, by: readonly number[]): number {
    return this.trie.step(from, by);
  }

  /** What a beginning of so many characters is worth. */
  share(beginning: number, length: number): number {
    return this.shares[beginning]! * length;
  }
}
