import { z } from 'zod';
import { InputError, messageOf } from '../../support/errors.ts';
import { withFile, type FileBytes } from './bytes-of-file.ts';
import { BYTES, damaged, sizeOf, type StoredTensor, type StoredType } from './stored-tensor.ts';
import { repeatedKey } from './repeated-key.ts';

/** The longest header that the format allows. */
const MOST_HEADER = 100_000_000;

const size = z.number().int().nonnegative();
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(size).max(16),
  data_offsets: z.tuple([size, size]),
});

/**
 * Reads what a safetensors file says of its tensors: names, types, dims and places. Their numbers are not read.
 *
 * The header is believed only as far as the file bears it out: every tensor has as many bytes as its dims need, none
 * lie in another's or beyond the end, and all of the file belongs to some tensor.
 * https://huggingface.co/docs/safetensors
 * @throws InputError when it is no such file, or not whole
 */
export async function readSafetensors(file: string): Promise<Map<string, StoredTensor>> {
  return withFile(file, async (bytes) => {
    const { header, start } = await readHeader(bytes);
    const tensors = new Map<string, StoredTensor>();
    for (const [name, value] of Object.entries(header))
      if (name !== '__metadata__') tensors.set(name, tensorOf(file, name, value, start));
    checkPlaces(file, tensors, start, bytes.size);
    return tensors;
  });
}

async function readHeader(bytes: FileBytes): Promise<{ header: object; start: number }> {
  const { file } = bytes;
  if (bytes.size < 10) throw damaged(file, 'this is no safetensors file: it is too short');
  const length = Number((await bytes.read(0, 8)).readBigUInt64LE());
  if (length > MOST_HEADER || length + 8 > bytes.size)
    throw damaged(file, `this is no safetensors file: its header would be ${length} bytes long`);
  const text = (await bytes.read(8, length)).toString('utf8');
  const repeated = text.startsWith('{') ? repeatedKey(text) : undefined;
  if (repeated !== undefined) throw damaged(file, `its header names ${JSON.stringify(repeated)} twice`);
  return { header: parsed(file, text), start: 8 + length };
}

function parsed(file: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw damaged(file, `this is no safetensors file: its header is no JSON (${messageOf(error)})`, error);
  }
  throw damaged(file, 'this is no safetensors file: its header is no list of tensors');
}

function tensorOf(file: string, name: string, value: unknown, start: number): StoredTensor {
  const shown = JSON.stringify(name);
  const entry = entrySchema.safeParse(value);
  if (!entry.success) throw damaged(file, `its header says of ${shown}: ${entry.error.issues[0]!.message}`);
  const {
    dtype,
    shape,
    data_offsets: [from, to],
  } = entry.data;
  if (!isType(dtype))
    throw new InputError(
      `${shown} holds numbers of the type ${JSON.stringify(dtype)}, which isogloss doesn't read`,
      'Take the weights in F32, F16 or BF16.',
      { file },
    );
  if (to - from !== sizeOf(shape) * BYTES[dtype])
    throw damaged(
      file,
      `${shown} [${shape.join(', ')}] of ${dtype} has ${to - from} bytes, not ${sizeOf(shape) * BYTES[dtype]}`,
    );
  return { file, offset: start + from, bytes: to - from, type: dtype, dims: shape };
}

const isType = (dtype: string): dtype is StoredType => Object.hasOwn(BYTES, dtype);

/** Tensors follow one another without gaps, from the header's end to the file's. */
function checkPlaces(file: string, tensors: ReadonlyMap<string, StoredTensor>, start: number, end: number): void {
  let at = start;
  for (const [name, tensor] of [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (tensor.offset < at) throw damaged(file, `${JSON.stringify(name)} lies where another tensor is`);
    if (tensor.offset > at) throw damaged(file, `nothing is said of the bytes before ${JSON.stringify(name)}`);
    at += tensor.bytes;
  }
  if (at > end) throw damaged(file, `the file ends ${at - end} bytes too early`);
  if (at < end) throw damaged(file, `nothing is said of its last ${end - at} bytes`);
}
