import { InputError } from '../../support/errors.ts';
import { damaged } from './stored-tensor.ts';

/** What Python calls by a name: a function or a class. It is never called here. */
export class PythonName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** What Python would make by calling a function. */
export class PythonCall {
  readonly name: string;
  readonly args: readonly unknown[];
  constructor(name: string, args: readonly unknown[]) {
    this.name = name;
    this.args = args;
  }
}

/** What lies outside the pickle: `('storage', class, key, device, count)`. */
export class PersistentId {
  readonly id: unknown;
  constructor(id: unknown) {
    this.id = id;
  }
}

const MARK = Symbol('mark');

/**
 * Reads a pickle of data (PEP 3154; `pickletools` describes the operations), and does nothing that it asks for: names
 * must be among those that are allowed, calls are noted down. Dictionaries become Maps, lists and tuples arrays.
 * @param allowed full names, as `collections.OrderedDict`
 * @throws InputError for a name that is not allowed, naming it, and for what is no pickle of data
 */
export function readPickle(bytes: Buffer, file: string, allowed: ReadonlySet<string>): unknown {
  return new Unpickler(bytes, file, allowed).run();
}

class Unpickler {
  private readonly bytes: Buffer;
  private readonly file: string;
  private readonly allowed: ReadonlySet<string>;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();
  private at = 0;

  constructor(bytes: Buffer, file: string, allowed: ReadonlySet<string>) {
    this.bytes = bytes;
    this.file = file;
    this.allowed = allowed;
  }

  run(): unknown {
    for (;;) {
      const code = String.fromCharCode(this.byte());
      if (code === '.') return this.pop();
      const operation = operations[code];
      if (!operation)
        throw new InputError(
          `the pickle in it does what no file of weights needs (operation 0x${code.charCodeAt(0).toString(16)})`,
          TAKE_SAFETENSORS,
          { file: this.file },
        );
      operation(this);
    }
  }

  take(length: number): Buffer {
    if (!(length >= 0 && this.at + length <= this.bytes.length)) throw this.broken();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  byte = (): number => this.take(1)[0]!;
  int = (): number => this.take(4).readInt32LE();
  unsigned = (): number => this.take(4).readUInt32LE();

  text(length: number): string {
    return this.take(length).toString('utf8');
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end === -1) throw this.broken();
    return this.take(end + 1 - this.at)
      .toString('utf8')
      .slice(0, -1);
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw this.broken();
    return value;
  }

  peek(): unknown {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK) throw this.broken();
    return value;
  }

  mark(): void {
    this.stack.push(MARK);
  }

  sinceMark(): unknown[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark === -1) throw this.broken();
    const values = this.stack.splice(mark);
    return values.slice(1);
  }

  remember(place: number): void {
    this.memo.set(place, this.peek());
  }

  rememberNext(): void {
    this.memo.set(this.memo.size, this.peek());
  }

  recall(place: number): void {
    if (!this.memo.has(place)) throw this.broken();
    this.stack.push(this.memo.get(place));
  }

  name(module: unknown, name: unknown): void {
    const whole = `${String(module)}.${String(name)}`;
    if (!this.allowed.has(whole))
      throw new InputError(
        `its pickle wants ${JSON.stringify(whole)}, which is no part of weights: isogloss runs no code from files`,
        TAKE_SAFETENSORS,
        { file: this.file },
      );
    this.push(new PythonName(whole));
  }

  call(): void {
    const args = this.pop();
    const called = this.pop();
    if (!(called instanceof PythonName) || !Array.isArray(args)) throw this.broken();
    const isDictionary = called.name === 'collections.OrderedDict' && args.length === 0;
    this.push(isDictionary ? new Map() : new PythonCall(called.name, args));
  }

  /** Key, value, key, value … */
  set(pairs: readonly unknown[]): void {
    const map = this.peek();
    if (!(map instanceof Map) || pairs.length % 2 !== 0) throw this.broken();
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  }

  append(values: readonly unknown[]): void {
    const list = this.peek();
    if (!Array.isArray(list)) throw this.broken();
    for (const value of values) list.push(value);
  }

  /** What a dictionary has besides its entries (PyTorch's `_metadata`) says nothing of weights. */
  build(): void {
    this.pop();
    if (!(this.peek() instanceof Map)) throw this.broken();
  }

  broken(): InputError {
    return damaged(this.file, 'the pickle in it is damaged');
  }
}

export const TAKE_SAFETENSORS =
  'Take the weights as safetensors: many repositories have them on main or as a pull request (`encoder.revision: ' +
  'refs/pr/N`), and https://huggingface.co/spaces/safetensors/convert makes one.';

/** Small and large integers, little-endian two's complement. */
function long(bytes: Buffer): number {
  if (bytes.length === 0) return 0;
  return bytes.length <= 6
    ? bytes.readIntLE(0, bytes.length)
    : Number(BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)));
}

const operations: Readonly<Record<string, (u: Unpickler) => void>> = {
  '\x80': (u) => void u.byte(),
  '\x95': (u) => void u.take(8),
  '(': (u) => u.mark(),
  N: (u) => u.push(null),
  '\x88': (u) => u.push(true),
  '\x89': (u) => u.push(false),
  J: (u) => u.push(u.int()),
  K: (u) => u.push(u.byte()),
  M: (u) => u.push(u.take(2).readUInt16LE()),
  '\x8a': (u) => u.push(long(u.take(u.byte()))),
  G: (u) => u.push(u.take(8).readDoubleBE()),
  X: (u) => u.push(u.text(u.unsigned())),
  '\x8c': (u) => u.push(u.text(u.byte())),
  '}': (u) => u.push(new Map()),
  ']': (u) => u.push([]),
  ')': (u) => u.push([]),
  t: (u) => u.push(u.sinceMark()),
  '\x85': (u) => u.push([u.pop()]),
  '\x86': (u) => u.push([u.pop(), u.pop()].reverse()),
  '\x87': (u) => u.push([u.pop(), u.pop(), u.pop()].reverse()),
  q: (u) => u.remember(u.byte()),
  r: (u) => u.remember(u.unsigned()),
  '\x94': (u) => u.rememberNext(),
  h: (u) => u.recall(u.byte()),
  j: (u) => u.recall(u.unsigned()),
  c: (u) => u.name(u.line(), u.line()),
  '\x93': (u) => {
    const name = u.pop();
    u.name(u.pop(), name);
  },
  R: (u) => u.call(),
  Q: (u) => u.push(new PersistentId(u.pop())),
  s: (u) => {
    const value = u.pop();
    u.set([u.pop(), value]);
  },
  u: (u) => {
    const pairs = u.sinceMark();
    u.set(pairs);
  },
  a: (u) => {
    const value = u.pop();
    u.append([value]);
  },
  e: (u) => {
    const values = u.sinceMark();
    u.append(values);
  },
  b: (u) => u.build(),
};
