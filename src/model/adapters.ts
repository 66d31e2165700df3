import type { FrozenEncoder } from '../encoder/frozen-encoder.ts';
import { encodeEncoder, Encoder, isOwn, readArchitecture } from '../encoder/own/encoder.ts';
import { buildEncoder } from '../encoder/own/network.ts';
import { readWeights } from '../encoder/own/weights.ts';
import type { Weights } from '../onnx/training/engine.ts';
import { Network, type AdapterOptions } from '../onnx/graph/network.ts';
import type { NamedTensor } from '../support/safetensors.ts';
import type { AdapterSettings } from './about.ts';
import type { ModelParts } from './parts.ts';

/** What adapters add to a network. LoRA stands on the products of attention and feed-forward. */
export function adapterOptions(settings: AdapterSettings | undefined): AdapterOptions {
  if (!settings) return {};
  if (settings.kind === 'residual') return { adapterDims: settings.dims };
  // In an encoder that others exported, all that is asked about are products inside its blocks.
  return {
    lowRank: {
      rank: settings.dims,
      scale: settings.scale,
      on: (name) => /^(blocks\.\d+\.(attention|feed_forward)|encoder)\./.test(name),
    },
  };
}

/** The untouched encoder with its adapters in place. */
export async function adaptedEncoder({ about, encoder, encoderFolder, weights }: ModelParts): Promise<FrozenEncoder> {
  const options = adapterOptions(about.adapters);
  if (!isOwn(encoder)) {
    const { AdaptedEncoder } = await import('../encoder/adapted.ts');
    return AdaptedEncoder.open(about.encoder.name, encoder, options, weights, {
      preprocessor: about.encoder.preprocessor,
      folder: encoderFolder,
    });
  }
  const architecture = readArchitecture(about.encoder.name, encoder);
  const all = new Map([...readWeights(encoder), ...weights]);
  return Encoder.fromBytes(about.encoder.name, encodeEncoder(all, architecture, { adapters: options }));
}

/** The parameters that adapters add to the encoder. */
export async function adapterTensors(
  settings: AdapterSettings,
  encoder: Uint8Array,
  weights: Weights,
  folder: string | undefined,
): Promise<Map<string, NamedTensor>> {
  const network = new Network(false, adapterOptions(settings));
  if (isOwn(encoder)) buildEncoder(network, readArchitecture('encoder', encoder));
  else await buildExported(network, encoder, folder);
  const named = [...network.graph.parameters].filter(([name]) => weights.has(name));
  return new Map(named.map(([name, { dims }]) => [name, { dims: dims as number[], data: weights.get(name)! }]));
}

async function buildExported(network: Network, encoder: Uint8Array, folder: string | undefined): Promise<void> {
  const [{ buildAdapted }, { openUpper }] = await Promise.all([
    import('../encoder/adapted.ts'),
    import('../encoder/exported/split.ts'),
  ]);
  buildAdapted(network, await openUpper(encoder, 0, { folder }));
}
