import path from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { decodeModel } from '../onnx/file/decode.ts';
import { isQuantised, quantised } from '../onnx/file/quantise.ts';
import { InputError } from '../support/errors.ts';
import { encodeCheckpoint } from './checkpoint/checkpoint.ts';
import { isWeightFile } from './checkpoint/weight-files.ts';
import { isOwn, readArchitecture, readEncoder } from './own/encoder.ts';
import { staysExact } from './own/exact.ts';
import type { EncoderSource } from './source.ts';

/**
 * The bytes of an encoder's .onnx file, made anew for PyTorch weights; with its blocks in 8 bits where they are asked
 * for of those, or of a file that isogloss wrote.
 * @throws InputError when there is no such file, or 8 bits are asked for of one that others exported
 */
export async function readSource({ name, file, adapter, rounds, silence }: EncoderSource): Promise<Uint8Array> {
  if (silence !== undefined && !isWeightFile(file))
    throw new InputError(
      `${name} is no Whisper encoder in PyTorch weights: only of those the window can be chosen`,
      'Remove `encoder.silence`.',
    );
  if (isWeightFile(file))
    return encodeCheckpoint(file, { adapter: adapter && path.join(path.dirname(file), adapter), silence, rounds });
  const bytes = await readEncoder(file);
  return rounds ? inEightBits(name, bytes) : bytes;
}

/** An encoder that isogloss wrote, with its blocks in 8 bits. */
export function inEightBits(name: string, bytes: Uint8Array): Uint8Array {
  if (!isOwn(bytes))
    throw new InputError(
      `${name} was not written by isogloss, which only quantises encoders of its own`,
      'Remove `dtype`; or name a q8 file of its exporter’s as `encoder.model`.',
    );
  const model = decodeModel(bytes);
  return isQuantised(model)
    ? bytes
    : toBinary(ModelProtoSchema, quantised(model, staysExact(readArchitecture(name, bytes))));
}
