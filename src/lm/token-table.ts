const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Tokens and their ids in three arrays, so that a file can be used as it is read: a table with open addressing over the
 * tokens' UTF-8 bytes.
 */
export class TokenTable {
  /** Where each token's bytes begin, and where the last one's end. */
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
  /** id + 1, or 0 where there is nothing; a power of two of them. */
  readonly slots: Uint32Array;
  private scratch = new Uint8Array(256);

  constructor(offsets: Uint32Array, bytes: Uint8Array, slots: Uint32Array) {
    this.offsets = offsets;
    this.bytes = bytes;
    this.slots = slots;
  }

  /** @param tokens all different; the ids are their indices */
  static build(tokens: readonly string[]): TokenTable {
    const offsets = new Uint32Array(tokens.length + 1);
    const encoded = tokens.map((token) => encoder.encode(token));
    for (const [id, { length }] of encoded.entries()) offsets[id + 1] = offsets[id]! + length;
    const bytes = new Uint8Array(offsets[tokens.length]!);
    const slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * tokens.length + 1)));
    for (const [id, token] of encoded.entries()) {
      bytes.set(token, offsets[id]);
      let slot = hash(token, token.length) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = id + 1;
    }
    return new TokenTable(offsets, bytes, slots);
  }

  get size(): number {
    return this.offsets.length - 1;
  }

  token(id: number): string {
    return decoder.decode(this.bytes.subarray(this.offsets[id], this.offsets[id + 1]));
  }

  /** The token's id, or −1. */
  id(token: string): number {
    if (this.scratch.length < 3 * token.length) this.scratch = new Uint8Array(6 * token.length);
    const { written } = encoder.encodeInto(token, this.scratch);
    const mask = this.slots.length - 1;
    for (let slot = hash(this.scratch, written) & mask; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const id = this.slots[slot]! - 1;
      if (this.is(id, written)) return id;
    }
    return -1;
  }

  private is(id: number, length: number): boolean {
    const start = this.offsets[id]!;
    if (this.offsets[id + 1]! - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.bytes[start + i] !== this.scratch[i]) return false;
    return true;
  }
}

/** FNV-1a, its high bits mixed into the low ones that are used. */
function hash(bytes: Uint8Array, length: number): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}
