import { InputError, type Place } from '../support/errors.ts';
import { addMissingContexts } from './missing-contexts.ts';
import type { NgramTable } from './ngram-table.ts';

/** What ARPA readers give a token that the model knows nothing about, not even as `<unk>`: log10 P. */
const UNKNOWN_MISSING = -100;

/**
 * The arrays that a model is made of. Node 0 is the empty n-gram; those of order 1 follow, by token id, then those of
 * order 2, …, the children of a node side by side and by id.
 */
export interface Nodes {
  /** First node of each order from 0 on, and the number of all nodes. */
  starts: Uint32Array;
  /** Last token of each node's n-gram. */
  words: Uint32Array;
  /** log10 P of the last token after the others. */
  probabilities: Float32Array;
  /** log10, for nodes below the highest order. */
  backoffs: Float32Array;
  /** First child of each node below the highest order, and where the last one's end. */
  children: Uint32Array;
  /** The state to go on from without the n-gram's first token. */
  suffixes: Uint32Array;
}

/** The child of a node below the highest order that ends with a token; 0 if there is none. */
export function findChild(words: Uint32Array, children: Uint32Array, node: number, id: number): number {
  let low = children[node]!;
  let high = children[node + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const word = words[middle]!;
    if (word === id) return middle;
    if (word < id) low = middle + 1;
    else high = middle;
  }
  return 0;
}

/** An n-gram's context (all but its last token) is no n-gram of the model. */
class MissingContext extends Error {}

/** The trie of n-grams, with the contexts that they lack: those are rare enough to begin anew. */
export function nodesOf(
  levels: readonly NgramTable[],
  tokens: number,
  placeOf: (order: number, index: number) => Place,
): Nodes {
  try {
    return new Trie(levels, tokens, placeOf).nodes;
  } catch (error) {
    if (!(error instanceof MissingContext)) throw error;
    addMissingContexts(levels);
    return new Trie(levels, tokens, placeOf).nodes;
  }
}

/** Puts n-grams into a trie, order by order. */
class Trie {
  readonly nodes: Nodes;
  private readonly placeOf: (order: number, index: number) => Place;

  constructor(levels: readonly NgramTable[], tokens: number, placeOf: (order: number, index: number) => Place) {
    this.placeOf = placeOf;
    const counts = levels.map((level, i) => (i === 0 ? tokens : level.count));
    const starts = Uint32Array.from([0, 1, ...counts]);
    for (let i = 2; i < starts.length; i++) starts[i]! += starts[i - 1]!;
    const [top, all] = [starts.at(-2)!, starts.at(-1)!];
    this.nodes = {
      starts,
      words: new Uint32Array(all),
      probabilities: new Float32Array(all),
      backoffs: new Float32Array(top),
      children: new Uint32Array(top + 1),
      suffixes: new Uint32Array(all),
    };
    this.addUnigrams(levels[0]!, tokens);
    for (const level of levels.slice(1)) this.add(level);
    this.foldSuffixes(top);
  }

  private addUnigrams(level: NgramTable, tokens: number): void {
    const { words, probabilities, backoffs, children, starts } = this.nodes;
    probabilities.fill(UNKNOWN_MISSING, 1, 1 + tokens);
    for (let id = 0; id < tokens; id++) words[1 + id] = id;
    probabilities.set(level.probabilities.subarray(0, level.count), 1);
    if (starts.length > 3) backoffs.set(level.backoffs.subarray(0, level.count), 1);
    [children[0], children[1]] = [1, 1 + tokens];
  }

  private add(level: NgramTable): void {
    const { starts, words, probabilities, backoffs, children, suffixes } = this.nodes;
    const { order } = level;
    const [firstParent, start] = [starts[order - 1]!, starts[order]!];
    const parents = new Uint32Array(level.count);
    const lastWords = new Uint32Array(level.count);
    for (let i = 0; i < level.count; i++) {
      parents[i] = this.parentOf(level, i) - firstParent;
      lastWords[i] = level.words[(i + 1) * order - 1]!;
    }
    const sorted = countingSort(countingSort(undefined, lastWords, starts[2]! - 1), parents, start - firstParent);
    for (let p = 0, i = 0; p <= start - firstParent; p++) {
      while (i < sorted.length && parents[sorted[i]!]! < p) i++;
      children[firstParent + p] = start + i;
    }
    for (const [i, index] of sorted.entries()) {
      const node = start + i;
      const parent = firstParent + parents[index]!;
      const word = lastWords[index]!;
      if (node > children[parent]! && words[node - 1] === word)
        throw new InputError(
          'an n-gram stands twice',
          'Remove one of the two, or make the file anew.',
          this.placeOf(order, index),
        );
      words[node] = word;
      probabilities[node] = level.probabilities[index]!;
      if (node < backoffs.length) backoffs[node] = level.backoffs[index]!;
      suffixes[node] = this.suffixOf(parent, word);
    }
  }

  /** The node of an n-gram without its last token. */
  private parentOf({ order, words }: NgramTable, index: number): number {
    let node = 1 + words[index * order]!;
    for (let c = 1; c < order - 1 && node !== 0; c++)
      node = findChild(this.nodes.words, this.nodes.children, node, words[index * order + c]!);
    if (node === 0) throw new MissingContext();
    return node;
  }

  /** The longest proper end of parent + word that is a node. */
  private suffixOf(parent: number, word: number): number {
    const { words, children, suffixes, starts } = this.nodes;
    if (parent < starts[2]!) return 1 + word;
    for (let end = suffixes[parent]!; end !== 0; end = suffixes[end]!) {
      const node = findChild(words, children, end, word);
      if (node !== 0) return node;
    }
    return 1 + word;
  }

  /**
   * From ends that are nodes to ends that are states. Shorter n-grams come first, so theirs are done when they are
   * needed.
   */
  private foldSuffixes(top: number): void {
    const { backoffs, children, suffixes } = this.nodes;
    for (let node = 1; node < suffixes.length; node++) {
      const end = suffixes[node]!;
      const isState = end < top && (children[end]! < children[end + 1]! || backoffs[end] !== 0);
      if (!isState) suffixes[node] = suffixes[end]!;
    }
  }
}

/**
 * Indices sorted by their keys, which are below `bound`; those with equal keys stay in the order in which they are
 * given.
 */
function countingSort(indices: Uint32Array | undefined, keys: Uint32Array, bound: number): Uint32Array {
  const starts = new Uint32Array(bound + 1);
  for (const key of keys) starts[key + 1]!++;
  for (let k = 1; k <= bound; k++) starts[k]! += starts[k - 1]!;
  const sorted = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const index = indices ? indices[i]! : i;
    sorted[starts[keys[index]!]!++] = index;
  }
  return sorted;
}
