import type { Ids } from './ids.ts';

const BLANK = 0x20;

/**
 * Numbers the words of texts where they stand in them: a million words then need not become a million strings first.
 */
export class WordTable {
  /** By number. */
  readonly words: string[] = [];
  private hashes = new Int32Array(1 << 10);
  /** One more than a word's number, in or behind the place of its hash; 0 where nothing is. */
  private slots = new Int32Array(1 << 12);

  /** All numbers are below it. */
  get size(): number {
    return this.words.length;
  }

  /** Writes the numbers of a text's words, parted by blanks, over what was in `ids`. */
  number(text: string, ids: Ids): Ids {
    ids.length = 0;
    for (let start = 0; start < text.length;) {
      let [end, hash] = [start, 0x811c9dc5];
      // FNV-1a, on UTF-16 units.
      for (let unit; end < text.length && (unit = text.charCodeAt(end)) !== BLANK; end++)
        hash = Math.imul(hash ^ unit, 0x01000193);
      if (end > start) ids.push(this.find(text, start, end, hash ^ (hash >>> 15)));
      start = end + 1;
    }
    return ids;
  }

  private find(text: string, start: number, end: number, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const word = this.slots[slot]! - 1;
      if (this.hashes[word] === hash && isAt(this.words[word]!, text, start, end)) return word;
    }
    return this.add(text.slice(start, end), hash, slot);
  }

  private add(word: string, hash: number, slot: number): number {
    const number = this.words.push(word) - 1;
    if (number === this.hashes.length) {
      const longer = new Int32Array(2 * number);
      longer.set(this.hashes);
      this.hashes = longer;
    }
    this.hashes[number] = hash;
    this.slots[slot] = number + 1;
    if (2 * this.size > this.slots.length) this.spread();
    return number;
  }

  private spread(): void {
    const slots = new Int32Array(2 * this.slots.length);
    const mask = slots.length - 1;
    for (let word = 0; word < this.size; word++) {
      let slot = this.hashes[word]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = word + 1;
    }
    this.slots = slots;
  }
}

function isAt(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) !== text.charCodeAt(start + i)) return false;
  return true;
}
