import { InputError, type Place } from '../support/errors.ts';
import type { LanguageModel } from './language-model.ts';
import { NgramTable } from './ngram-table.ts';
import { TokenTable } from './token-table.ts';
import { BEGIN, END, UNKNOWN, type TextUnits } from './units.ts';
import { type Nodes, nodesOf, findChild } from './trie.ts';

/**
 * An n-gram model as a trie whose nodes are the states. A state is the longest end of what has been said that can still
 * matter: n-grams that nothing follows, and that have no back-off weight, share the state of their ends (Li & Khudanpur
 * 2008, as KenLM does).
 */
export class NgramModel implements LanguageModel {
  readonly units: TextUnits;
  readonly order: number;
  readonly begin: number;
  readonly empty = 0;
  next = 0;
  readonly tokens: TokenTable;
  readonly nodes: Nodes;
  private readonly words: Uint32Array;
  private readonly probabilities: Float32Array;
  private readonly backoffs: Float32Array;
  private readonly children: Uint32Array;
  private readonly suffixes: Uint32Array;
  /** First node of the highest order. */
  private readonly top: number;
  private readonly unknown: number;
  private readonly end: number;

  /** @throws InputError when the tokens lack `<s>`, `</s>` or `<unk>` */
  constructor(units: TextUnits, tokens: TokenTable, nodes: Nodes, place: Place = {}) {
    this.units = units;
    this.tokens = tokens;
    this.nodes = nodes;
    ({
      words: this.words,
      probabilities: this.probabilities,
      backoffs: this.backoffs,
      children: this.children,
      suffixes: this.suffixes,
    } = nodes);
    this.order = nodes.starts.length - 2;
    this.top = nodes.starts[this.order]!;
    const own = (token: string): number => {
      const id = tokens.id(token);
      if (id < 0)
        throw new InputError(
          `the model has no ${token}`,
          'A language model needs <s> and </s> among its 1-grams: make it with sentence ends.',
          place,
        );
      return id;
    };
    this.unknown = own(UNKNOWN);
    this.end = own(END);
    this.begin = this.stateOf(1 + own(BEGIN));
  }

  /**
   * @param levels from order 1 on; the n-grams of order 1 are those of the ids 0, 1, … in order
   * @param placeOf an n-gram's place, by order and index, for errors
   * @throws InputError for an n-gram that stands twice
   */
  static build(
    units: TextUnits,
    tokens: readonly string[],
    levels: readonly NgramTable[],
    placeOf: (order: number, index: number) => Place = () => ({}),
  ): NgramModel {
    const all = tokens.includes(UNKNOWN) ? tokens : [...tokens, UNKNOWN];
    return new NgramModel(units, TokenTable.build(all), nodesOf(levels, all.length, placeOf), placeOf(1, 0));
  }

  get unit(): 'word' | 'character' {
    return this.units.unit;
  }

  /** How many n-grams of each order. */
  get counts(): number[] {
    return Array.from({ length: this.order }, (_, i) => this.nodes.starts[i + 2]! - this.nodes.starts[i + 1]!);
  }

  idOf(token: string): number {
    const id = this.tokens.id(token);
    return id < 0 ? this.unknown : id;
  }

  has(token: string): boolean {
    const id = this.tokens.id(token);
    return id >= 0 && id !== this.unknown;
  }

  score(state: number, id: number): number {
    const { backoffs, suffixes } = this;
    let backoff = 0;
    for (let context = state; context !== 0; context = suffixes[context]!) {
      const node = findChild(this.words, this.children, context, id);
      if (node !== 0) {
        this.next = this.stateOf(node);
        return backoff + this.probabilities[node]!;
      }
      backoff += backoffs[context]!;
    }
    this.next = this.stateOf(1 + id);
    return backoff + this.probabilities[1 + id]!;
  }

  scoreEnd(state: number): number {
    return this.score(state, this.end);
  }

  /** The n-grams of all orders, as ARPA files have them. */
  levels(): NgramTable[] {
    const { starts } = this.nodes;
    const levels = this.counts.map((count, i) => new NgramTable(i + 1, count));
    const path = new Uint32Array(this.order);
    const visit = (node: number, depth: number): void => {
      path[depth] = this.words[node]!;
      const level = levels[depth]!;
      const at = level.add(this.probabilities[node]!, node < this.top ? this.backoffs[node]! : 0);
      level.words.set(path.subarray(0, depth + 1), at);
      if (node < this.top)
        for (let child = this.children[node]!; child < this.children[node + 1]!; child++) visit(child, depth + 1);
    };
    for (let node = 1; node < starts[2]!; node++) visit(node, 0);
    return levels;
  }

  private stateOf(node: number): number {
    if (node >= this.top) return this.suffixes[node]!;
    return this.children[node]! < this.children[node + 1]! || this.backoffs[node] !== 0 ? node : this.suffixes[node]!;
  }
}
