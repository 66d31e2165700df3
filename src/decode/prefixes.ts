import type { Alphabet } from './alphabet.ts';
import { WordPrefixes, type WordLists } from './word-prefixes.ts';
import { Fusion, type FusionSettings } from './fusion.ts';
import { IntPairMap } from './int-pair-map.ts';
import { ScoreCache } from './score-cache.ts';
import { Texts } from './texts.ts';

export type PrefixSettings = FusionSettings & WordLists;

/** How a prefix is read when nothing follows it. */
export interface Ending {
  /** A number that endings with the same words share. */
  text: number;
  score: number;
  /** The language model's. */
  state: number;
}

/**
 * What hypotheses have written, each once, as a number; 0 is nothing. A prefix is a text of whole words and the
 * beginning of the next one, so that equal ones are found, and scores added up, without comparing strings.
 */
export class Prefixes {
  /**
   * Language scores: what the text, its last word's beginning and, with a model of characters, all graphemes add up to.
   */
  readonly scores = [0];
  private readonly children = new IntPairMap();
  private readonly byParts = new IntPairMap();
  private readonly textOf = [0];
  private readonly beginningOf = [0];
  /** What a model of characters makes of it, and where that leaves the model. */
  private readonly spelt = [0];
  private readonly contexts = [0];
  /** The prefix before its last token was first written. */
  private readonly parents = [0];
  private readonly histories = new IntPairMap();
  private historyCount = 0;
  private readonly alphabet: Alphabet;
  private readonly fusion: Fusion;
  private readonly texts: Texts;
  private readonly wordPrefixes: WordPrefixes;
  private readonly spelling: ScoreCache;
  private readonly historyWords: number;

  constructor(alphabet: Alphabet, settings: PrefixSettings) {
    this.alphabet = alphabet;
    this.fusion = new Fusion(settings);
    this.wordPrefixes = new WordPrefixes(alphabet.tokens, settings, this.fusion);
    this.texts = new Texts(this.fusion, (word) => this.wordPrefixes.texts[word]!);
    this.spelling = new ScoreCache(this.fusion, (state, token) => this.fusion.grapheme(state, alphabet.tokens[token]!));
    this.historyWords = Math.max(1, (settings.lm?.order ?? 1) - 1);
    this.byParts.set(0, 0, 0);
  }

  /** What `child` gave, or −1 where it hasn't been asked. */
  known(prefix: number, token: number): number {
    return this.children.get(prefix, token);
  }

  /**
   * The prefix with a token more; a delimiter changes only what ends on a letter. −1 where the lexicon has no such
   * word.
   */
  child(prefix: number, token: number): number {
    const known = this.children.get(prefix, token);
    if (known >= 0) return known;
    const child = this.makeChild(prefix, token);
    if (child >= 0) this.children.set(prefix, token, child);
    return child;
  }

  /** `scores[child]` where the token is no delimiter, without making the child. */
  childScore(prefix: number, token: number): number {
    const score =
      this.texts.scores[this.textOf[prefix]!]! + this.wordPrefixes.childScore(this.beginningOf[prefix]!, token);
    return this.fusion.byCharacter
      ? score + this.spelt[prefix]! + this.spelling.score(this.contexts[prefix]!, token)
      : score;
  }

  /** Whether it can end here: not within a word that the lexicon hasn't. */
  isWhole(prefix: number): boolean {
    return this.endsBetweenWords(prefix) || this.wordPrefixes.isWord(this.beginningOf[prefix]!);
  }

  /** The prefix without the beginning of a word. */
  wholeWords(prefix: number): number {
    return this.byParts.get(this.textOf[prefix]!, 0);
  }

  end(prefix: number): Ending {
    const between = this.endsBetweenWords(prefix);
    const text = between ? this.textOf[prefix]! : this.endWord(prefix);
    // To a model of characters, a delimiter at the end is none.
    const last = between ? this.parents[prefix]! : prefix;
    const state = this.fusion.byCharacter ? this.spelling.state(this.contexts[last]!) : this.texts.state(text);
    const score = this.texts.scores[text]! + this.spelt[last]! + this.fusion.end(state, between);
    return { text, score, state: this.fusion.nextState };
  }

  /**
   * A number shared by prefixes that no later word can set apart: the same last words for the model, the same
   * beginning.
   */
  history(prefix: number): number {
    const ofText = this.texts.history(this.textOf[prefix]!, this.historyWords);
    const beginning = this.beginningOf[prefix]!;
    const known = this.histories.get(ofText, beginning);
    if (known >= 0) return known;
    this.histories.set(ofText, beginning, this.historyCount);
    return this.historyCount++;
  }

  private makeChild(prefix: number, token: number): number {
    const beginning = this.beginningOf[prefix]!;
    if (token !== this.alphabet.delimiter)
      return this.intern(this.textOf[prefix]!, this.wordPrefixes.child(beginning, token), prefix, token);
    if (this.endsBetweenWords(prefix)) return prefix;
    return this.wordPrefixes.isWord(beginning) ? this.intern(this.endWord(prefix), 0, prefix, token) : -1;
  }

  private intern(text: number, beginning: number, parent: number, token: number): number {
    const known = this.byParts.get(text, beginning);
    if (known >= 0) return known;
    const id = this.scores.length;
    const spelt = this.fusion.byCharacter
      ? this.spelt[parent]! + this.spelling.score(this.contexts[parent]!, token)
      : 0;
    this.byParts.set(text, beginning, id);
    this.textOf.push(text);
    this.beginningOf.push(beginning);
    this.spelt.push(spelt);
    this.contexts.push(this.fusion.byCharacter ? this.spelling.next(this.contexts[parent]!, token) : 0);
    this.parents.push(parent);
    this.scores.push(this.texts.scores[text]! + this.wordPrefixes.scores[beginning]! + spelt);
    return id;
  }

  private endsBetweenWords(prefix: number): boolean {
    return this.beginningOf[prefix] === 0;
  }

  /** The text that a delimiter makes of a prefix which ends on a letter. */
  private endWord(prefix: number): number {
    return this.texts.child(this.textOf[prefix]!, this.beginningOf[prefix]!);
  }
}
