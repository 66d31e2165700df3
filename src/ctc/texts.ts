import type { Fusion } from './fusion.ts';
import { IntPairMap } from './int-pair-map.ts';

/** Texts of whole words that hypotheses have come to, as numbers; 0 is the empty one. */
export class Texts {
  /** What words, hotwords and a model of words add to the score. */
  readonly scores = [0];
  /** Of the model of words. */
  readonly states: number[];
  private readonly children = new IntPairMap();
  private readonly parents = [0];
  private readonly words = [-1];
  private readonly histories: number[] = [];
  private readonly historyIds = new Map<string, number>();
  private readonly fusion: Fusion;

  constructor(fusion: Fusion) {
    this.fusion = fusion;
    this.states = [fusion.startState];
  }

  /** The text with a word more. */
  child(text: number, word: number, spelt: string): number {
    const known = this.children.get(text, word);
    if (known >= 0) return known;
    const score = this.fusion.word(this.states[text]!, spelt);
    const child = this.scores.push(this.scores[text]! + score) - 1;
    this.states.push(this.fusion.nextState);
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
