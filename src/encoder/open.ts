import type { SessionOptions } from '../onnx/session.ts';
import { Encoder, isOwn, readEncoder, type FrozenEncoder } from './encoder.ts';
import { ExportedEncoder } from './exported.ts';

/**
 * An encoder from the bytes of its .onnx file, isogloss's own or one that others exported.
 * @throws InputError when there is none in them
 */
export async function openEncoder(name: string, bytes: Uint8Array, options: SessionOptions = {}): Promise<FrozenEncoder> {
  return isOwn(bytes) ? Encoder.fromBytes(name, bytes, options) : ExportedEncoder.open(name, bytes, options);
}

/** The encoder that a recipe names: `embedded`, or the path of an .onnx file. */
export async function openNamedEncoder(name: string, options: SessionOptions = {}): Promise<FrozenEncoder> {
  return openEncoder(name, await readEncoder(name), options);
}
