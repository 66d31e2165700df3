import { Encoder, isOwn, type FrozenEncoder } from './encoder.ts';
import { ExportedEncoder, type ExportedOptions } from './exported.ts';

/**
 * An encoder from the bytes of its .onnx file, isogloss's own or one that others exported.
 * @throws InputError when there is none in them
 */
export async function openEncoder(name: string, bytes: Uint8Array, options: ExportedOptions = {}): Promise<FrozenEncoder> {
  return isOwn(bytes) ? Encoder.fromBytes(name, bytes, options) : ExportedEncoder.open(name, bytes, options);
}
