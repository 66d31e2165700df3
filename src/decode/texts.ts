import type { Fusion } from './fusion.ts';
import { IntPairMap } from './int-pair-map.ts';
import { ScoreCache } from './score-cache.ts';

/** Texts of whole words that hypotheses have come to, as numbers; 0 is the empty one. */
export class Texts {
  /** What words, hotwords and a model of words add to the score. */
  readonly scores = [0];
  private readonly children = new IntPairMap();
  private readonly parents = [0];
  private readonly words = [-1];
  private readonly histories: number[] = [];
  private readonly historyIds = new Map<string, number>();
  private readonly contexts = [0];
  private readonly cache: ScoreCache;

  /** @param spell a word by its number */
  constructor(fusion: Fusion, spell: (word: number) => string) {
    this.cache = new ScoreCache(fusion, (state, word) => fusion.word(state, spell(word)));
  }

  /** Of the model of words. */
  state(text: number): number {
    return this.cache.state(this.contexts[text]!);
  }

  /** The text with a word more. */
  child(text: number, word: number): number {
    const known = this.children.get(text, word);
    if (known >= 0) return known;
    const context = this.contexts[text]!;
    const child = this.scores.push(this.scores[text]! + this.cache.score(context, word)) - 1;
    this.contexts.push(this.cache.next(context, word));
    this.parents.push(text);
    this.words.push(word);
    this.children.set(text, word, child);
    return child;
  }

  /** A number that texts with the same last words share. */
  history(text: number, words: number): number {
    const known = this.histories[text];
    if (known !== undefined) return known;
    const last: number[] = [];
    for (let at = text; at > 0 && last.length < words; at = this.parents[at]!) last.push(this.words[at]!);
    const key = last.join();
    const id = this.historyIds.get(key) ?? this.historyIds.size;
    this.historyIds.set(key, id);
    this.histories[text] = id;
    return id;
  }
}
