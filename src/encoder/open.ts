import { Encoder, isOwn, type FrozenEncoder } from './own/encoder.ts';
import { ExportedEncoder } from './exported/exported.ts';
import { ExposedGraph, type ExportedOptions } from './exported/exposed.ts';
import { SpectrogramEncoder } from './exported/spectrogram-encoder.ts';

/**
 * An encoder from the bytes of its .onnx file, isogloss's own or one that others exported.
 * @throws InputError when there is none in them, or it wants input that isogloss can't make
 */
export async function openEncoder(
  name: string,
  bytes: Uint8Array,
  options: ExportedOptions = {},
): Promise<FrozenEncoder> {
  if (isOwn(bytes)) return Encoder.fromBytes(name, bytes, options);
  const graph = await ExposedGraph.open(name, bytes, options);
  return graph.kind === 'sound'
    ? ExportedEncoder.open(graph, options.preprocessor)
    : SpectrogramEncoder.open(graph, options.preprocessor);
}
