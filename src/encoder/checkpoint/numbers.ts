import { InputError } from '../../support/errors.ts';
import { fromBfloat16, fromFloat16 } from '../../support/float16.ts';
import { withFile } from './bytes-of-file.ts';
import type { StoredTensor, StoredType } from './stored-tensor.ts';

const READERS: Partial<Record<StoredType, (bytes: ArrayBuffer) => Float32Array>> = {
  F64: (bytes) => Float32Array.from(new Float64Array(bytes)),
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => fromFloat16(new Uint16Array(bytes)),
  BF16: (bytes) => fromBfloat16(new Uint16Array(bytes)),
};

/**
 * A tensor's numbers, widened to float32.
 * @throws InputError when they are no floating-point numbers, or not there
 */
export async function readNumbers({ file, offset, bytes, type }: StoredTensor): Promise<Float32Array> {
  const read = READERS[type];
  if (!read) throw new InputError(`a weight is stored in ${type}`, 'Take the weights in F32, F16 or BF16.', { file });
  const raw = await withFile(file, (content) => content.read(offset, bytes));
  // A copy: numbers must start at a multiple of their size.
  return read(new Uint8Array(raw).buffer);
}
