import type { FrozenEncoder } from './frozen-encoder.ts';
import { Encoder, isOwn } from './own/encoder.ts';
import type { ExportedOptions } from './exported/exposed.ts';

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
  // Loaded here: it is half of the modules of this room, and most models have isogloss's own encoder.
  const [{ ExposedGraph }, { ExportedEncoder }, { SpectrogramEncoder }] = await Promise.all([
    import('./exported/exposed.ts'),
    import('./exported/exported.ts'),
    import('./exported/spectrogram-encoder.ts'),
  ]);
  const graph = await ExposedGraph.open(name, bytes, options);
  return graph.kind === 'sound'
    ? ExportedEncoder.open(graph, options.preprocessor)
    : SpectrogramEncoder.open(graph, options.preprocessor);
}
