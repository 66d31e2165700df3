import { InputError } from '../../support/errors.ts';

/** How numbers are stored, as safetensors calls it, and the bytes of one. */
export const BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;

export type StoredType = keyof typeof BYTES;

/** Numbers that lie in a file of weights, row after row. They stay there: ONNX Runtime maps them into memory. */
export interface StoredTensor {
  /** Path of the file. */
  readonly file: string;
  /** Where its bytes begin in the file. */
  readonly offset: number;
  readonly bytes: number;
  readonly type: StoredType;
  readonly dims: readonly number[];
}

/** How many numbers these dims hold; not a number that can be trusted where there are more than 2⁵³. */
export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** What to do about a file of weights that is not as it should be. */
export const GET_ANEW = 'Download the file again: it may have been cut off, or it is no such file.';

export const damaged = (file: string, what: string, cause?: unknown): InputError =>
  new InputError(what, GET_ANEW, { file }, cause);
