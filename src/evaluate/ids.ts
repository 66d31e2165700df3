/** A sequence of token ids in memory that the next one uses again. */
export class Ids {
  ids = new Int32Array(256);
  length = 0;

  push(id: number): void {
    if (this.length === this.ids.length) this.grow(this.length + 1);
    this.ids[this.length++] = id;
  }

  append(from: Ids, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.ids.length) this.grow(length);
    // For a word's few tokens quicker than `set`.
    for (let i = start; i < end; i++) this.ids[this.length++] = from.ids[i]!;
  }

  private grow(least: number): void {
    const grown = new Int32Array(2 * least);
    grown.set(this.ids);
    this.ids = grown;
  }

  /** The code points of a text are ids as they are. */
  setCodePoints(text: string): this {
    this.length = 0;
    for (let i = 0; i < text.length;) {
      const point = text.codePointAt(i)!;
      this.push(point);
      i += point > 0xffff ? 2 : 1;
    }
    return this;
  }
}

/** Numbers tokens, so that comparing two is comparing two integers. */
export class Interner {
  /** Of tokens of one UTF-16 unit, which most are; −1 where it is new. */
  private readonly units = new Int32Array(0x10000).fill(-1);
  private readonly known = new Map<string, number>();
  private count = 0;

  /** All ids are below it. */
  get size(): number {
    return this.count;
  }

  /** Writes the ids of tokens over what was in `ids`. */
  number(tokens: readonly string[], ids: Ids): Ids {
    ids.length = 0;
    for (let i = 0; i < tokens.length; i++) ids.push(this.id(tokens[i]!));
    return ids;
  }

  id(token: string): number {
    if (token.length === 1) {
      const unit = token.charCodeAt(0);
      const id = this.units[unit]!;
      return id >= 0 ? id : (this.units[unit] = this.count++);
    }
    let id = this.known.get(token);
    if (id === undefined) this.known.set(token, (id = this.count++));
    return id;
  }
}
