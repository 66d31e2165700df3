import type { Fusion } from './fusion.ts';
import type { Hotwords } from './hotwords.ts';
import { IntPairMap } from './int-pair-map.ts';
import type { Lexicon } from './lexicon.ts';
import { characters } from './trie.ts';

export interface WordLists {
  unigrams?: Lexicon;
  hotwords?: Hotwords;
  /** If given, all words of all hypotheses are of this list. */
  lexicon?: Lexicon;
}

/** Where a beginning stands in each list: a node, or −1 where no word begins so. Without a list, −1. */
interface Nodes {
  unigram: number;
  hotword: number;
  lexicon: number;
}

/** Beginnings of words that hypotheses have come to, as numbers; 0 is the empty one. */
export class WordPrefixes {
  readonly texts = [''];
  /** What each adds to its hypothesis's score. */
  readonly scores = [0];
  private readonly children = new IntPairMap();
  private readonly byText = new Map([['', 0]]);
  private readonly lengths = [0];
  private readonly nodes: Nodes[];
  private readonly characters: readonly number[][];
  private readonly tokens: readonly string[];
  private readonly lists: WordLists;
  private readonly fusion: Fusion;

  constructor(tokens: readonly string[], lists: WordLists, fusion: Fusion) {
    this.tokens = tokens;
    this.characters = tokens.map(characters);
    this.lists = lists;
    this.fusion = fusion;
    this.nodes = [
      { unigram: lists.unigrams ? 0 : -1, hotword: lists.hotwords ? 0 : -1, lexicon: lists.lexicon ? 0 : -1 },
    ];
  }

  /** Whether the lexicon, if there is one, has it as a word. */
  isWord(beginning: number): boolean {
    return this.lists.lexicon?.isWord(this.nodes[beginning]!.lexicon) ?? true;
  }

  /**
   * The beginning with a token more. Two ways of spelling it (`n` `g`, `ng`) are one, but for a model that reads
   * tokens.
   */
  child(beginning: number, token: number): number {
    const known = this.children.get(beginning, token);
    if (known >= 0) return known;
    const text = this.texts[beginning]! + this.tokens[token]!;
    const same = this.fusion.byCharacter ? undefined : this.byText.get(text);
    const child = same ?? this.add(text, beginning, token);
    this.children.set(beginning, token, child);
    return child;
  }

  /**
   * Score of what `child` would give, without making it: few candidates survive. −Infinity where the lexicon has no
   * such word.
   */
  childScore(beginning: number, token: number): number {
    const { unigrams, hotwords, lexicon } = this.lists;
    const nodes = this.nodes[beginning]!;
    const by = this.characters[token]!;
    if (lexicon && lexicon.step(nodes.lexicon, by) < 0) return -Infinity;
    const known = unigrams !== undefined && nodes.unigram >= 0 && unigrams.step(nodes.unigram, by) >= 0;
    const hotword = hotwords && nodes.hotword >= 0 ? hotwords.step(nodes.hotword, by) : -1;
    return this.fusion.beginning(this.lengths[beginning]! + by.length, known, hotword);
  }

  private add(text: string, parent: number, token: number): number {
    const { unigrams, hotwords, lexicon } = this.lists;
    const nodes = this.nodes[parent]!;
    const by = this.characters[token]!;
    const id = this.texts.length;
    this.byText.set(text, id);
    this.texts.push(text);
    this.scores.push(this.childScore(parent, token));
    this.lengths.push(this.lengths[parent]! + by.length);
    this.nodes.push({
      unigram: unigrams?.step(nodes.unigram, by) ?? -1,
      hotword: hotwords?.step(nodes.hotword, by) ?? -1,
      lexicon: lexicon?.step(nodes.lexicon, by) ?? -1,
    });
    return id;
  }
}
