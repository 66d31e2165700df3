import { IntPairMap } from './int-pair-map.ts';

/** Code points of a text: what tries and lengths count. */
export const characters = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0)!);

/** Beginnings of words as numbers; 0 is the empty one. By characters, so that a word's tokens need not be known. */
export class Trie {
  private readonly edges = new IntPairMap();
  private nodes = 1;

  /** Adds a word; its nodes from the first character's on. */
  add(word: string): number[] {
    let node = 0;
    return characters(word).map((character) => {
      const known = this.edges.get(node, character);
      if (known < 0) this.edges.set(node, character, this.nodes);
      node = known < 0 ? this.nodes++ : known;
      return node;
    });
  }

  /** The node that some characters lead to from another, or −1; from −1, −1. */
  step(from: number, by: readonly number[]): number {
    let node = from;
    for (let i = 0; i < by.length && node >= 0; i++) node = this.edges.get(node, by[i]!);
    return node;
  }
}
