import { z } from 'zod';
import { InputError } from './errors.ts';

/**
 * Named float32 tensors in one file, as Hugging Face's safetensors lays them out: header length, JSON header, numbers.
 */
interface Entry {
  dtype: 'F32';
  shape: number[];
  data_offsets: [number, number];
}

export interface NamedTensor {
  dims: readonly number[];
  data: Float32Array;
}

/** A tensor whose numbers are made when they are written. */
export interface LaterTensor {
  dims: readonly number[];
  /** Gives as many numbers as the dims say. */
  read: () => Float32Array;
}

/**
 * @param metadata what other programs look for, e.g. `{ format: 'pt' }`
 * @returns the file's pieces, to be written one after the other
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array[] {
  return [
    ...safetensorsOf(
      new Map([...tensors].map(([name, { dims, data }]) => [name, { dims, read: () => data }])),
      metadata,
    ),
  ];
}

/** The same of tensors that are too many to have at once: each is read when its turn comes. */
export function* safetensorsOf(
  tensors: ReadonlyMap<string, LaterTensor>,
  metadata?: Readonly<Record<string, string>>,
): Generator<Uint8Array> {
  const header: Record<string, Entry | typeof metadata> = metadata ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { dims }] of tensors) {
    const end = offset + 4 * dims.reduce((product, dim) => product * dim, 1);
    header[name] = { dtype: 'F32', shape: [...dims], data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  // The numbers start at a multiple of eight: the header is filled up with spaces.
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  yield length;
  yield padded;
  for (const tensor of tensors.values()) {
    const { buffer, byteOffset, byteLength } = tensor.read();
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

/**
 * @param file named in errors
 * @throws InputError when the bytes are no such file, are cut off, or hold other than float32
 */
export function decodeSafetensors(bytes: Uint8Array, file = 'the file'): Map<string, NamedTensor> {
  const refuse = (what: string): never => {
    throw new InputError(what, 'Get or make the file again: it is not what was written.', { file });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (8 + length > bytes.length) refuse('it is cut off, or no safetensors file: it ends in its header');
  const header =
    headerOf(bytes.subarray(8, 8 + length)) ?? refuse('it is no safetensors file: its header is not as it should be');
  const numbers = bytes.subarray(8 + length);
  const tensors = new Map<string, NamedTensor>();
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [start, end],
    },
  ] of header) {
    if (dtype !== 'F32') refuse(`${name} is ${dtype}, not F32`);
    const count = shape.reduce((product, dim) => product * dim, 1);
    if (end - start !== 4 * count)
      refuse(`${name} says that it has ${count} numbers, and gives ${end - start} bytes for them`);
    if (end > numbers.length) refuse(`it is cut off: ${name} ends at byte ${8 + length + end} of ${bytes.length}`);
    const data = new Float32Array(count);
    new Uint8Array(data.buffer).set(numbers.subarray(start, end));
    tensors.set(name, { dims: shape, data });
  }
  return tensors;
}

const size = z.number().int().nonnegative();
const entrySchema = z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) });

function headerOf(json: Uint8Array): [string, z.infer<typeof entrySchema>][] | undefined {
  try {
    const header = JSON.parse(new TextDecoder().decode(json)) as Record<string, unknown>;
    return Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => [name, entrySchema.parse(entry)]);
  } catch {
    return undefined;
  }
}
