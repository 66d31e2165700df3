import { importModel } from '../onnx/file/import.ts';
import { readMetadata } from '../onnx/file/fields.ts';
import { CONFIG } from '../encoder/checkpoint/checkpoint.ts';
import { parameterName } from '../encoder/exported/upper-plan.ts';
import { adapterOptions } from '../model/adapters.ts';
import type { AdapterSettings } from '../model/about.ts';
import type { ModelParts } from '../model/parts.ts';
import type { Weights } from '../onnx/training/engine.ts';
import type { LaterTensor } from '../support/safetensors.ts';
import { residualAsLanguageAdapters } from './residual-adapters.ts';
import { transposed } from './transposed.ts';

/** A model's tensors by transformers' names, and what config.json has to say with them. */
export interface Settled {
  config: Record<string, unknown>;
  encoder: Map<string, LaterTensor>;
  /** `lm_head`; absent where transformers has no such head. */
  head?: Map<string, LaterTensor>;
}

/** config.json of the weights that an encoder's file was made for; undefined where it was made for none. */
export function checkpointConfig(encoder: Uint8Array): Record<string, unknown> | undefined {
  const written = readMetadata(encoder).get(CONFIG);
  return written === undefined ? undefined : (JSON.parse(written) as Record<string, unknown>);
}

/** Numbers of the graph, not of the checkpoint; and the narrow form of what is widened. */
const ASIDE = /^(constant|scalar|integers)(_|$)|\.(float16|bfloat16|float64)$/;

/** What stands between the last block and the head. */
const ADAPTER = /^(adapter|intermediate_ffn)\./;
const WITHOUT_ADAPTER = { add_adapter: false, use_intermediate_ffn_before_adapter: false };

/** @throws InputError when it has adapters that transformers has no place for */
export function settled(parts: ModelParts, config: Record<string, unknown>): Settled {
  const { tensors } = importModel(parts.encoder, parts.encoderFolder);
  const stored = [...tensors].filter(([name, { type }]) => type === 'float32' && !ASIDE.test(name));
  const encoder = new Map(
    stored.map(([name, tensor]): [string, LaterTensor] => [
      name,
      { dims: tensor.dims, read: () => tensor.read() as Float32Array },
    ]),
  );
  const dims = Number(config.hidden_size ?? 768);
  // Only training reads it; it must be there.
  if (config.mask_time_prob !== 0)
    encoder.set('masked_spec_embed', { dims: [dims], read: () => new Float32Array(dims) });
  const { adapters } = parts.about;
  if (adapters?.kind === 'low-rank') mergeLowRank(encoder, adapters, parts.weights);
  const head = headOf(parts, config, encoder);
  const residual =
    adapters?.kind === 'residual'
      ? residualAsLanguageAdapters(adapters, parts.weights, config, head?.layers)
      : undefined;
  residual?.tensors.forEach((tensor, name) => encoder.set(name, tensor));
  return {
    config: {
      ...config,
      ...(head?.layers === undefined ? {} : { ...WITHOUT_ADAPTER, num_hidden_layers: head.layers }),
      ...residual?.config,
    },
    encoder,
    ...(head ? { head: head.tensors } : {}),
  };
}

/** W + (A·B)ᵀ · scale / rank in place of W (Hu et al. 2022). */
function mergeLowRank(encoder: Map<string, LaterTensor>, settings: AdapterSettings, weights: Weights): void {
  const lowRank = adapterOptions(settings).lowRank!;
  for (const [name, { dims, read }] of [...encoder]) {
    const [down, up] = ['lora_a', 'lora_b'].map((part) => weights.get(`${parameterName(name)}.${part}`));
    if (down && up) encoder.set(name, { dims, read: () => merged(read(), dims, down, up, lowRank) });
  }
}

/** @param weight [outputs, inputs]; down [inputs, rank], up [rank, outputs] */
function merged(
  weight: Float32Array,
  dims: readonly number[],
  down: Float32Array,
  up: Float32Array,
  { rank, scale }: { rank: number; scale: number },
): Float32Array {
  const [outputs, inputs] = dims as [number, number];
  return weight.map((w, at) => {
    const [output, input] = [Math.floor(at / inputs), at % inputs];
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += down[input * rank + r]! * up[r * outputs + output]!;
    return w + (sum * scale) / rank;
  });
}

/**
 * The head as transformers has one: one matrix on the last layer. A head that normalises what it is fed fits on a lower
 * layer of an encoder whose last layer is normalised apart: its norm stands in that place, and the layers above are
 * left out.
 */
function headOf(
  { about, vocabulary, weights }: ModelParts,
  config: Record<string, unknown>,
  encoder: Map<string, LaterTensor>,
): { tensors: Map<string, LaterTensor>; layers?: number } | undefined {
  const [layer, ...more] = about.layers;
  const blocks = Number(config.num_hidden_layers ?? 12);
  const isAdapted = Object.keys(WITHOUT_ADAPTER).some((name) => config[name] === true);
  const top = isAdapted ? blocks + 1 : blocks;
  if (about.head.kind !== 'linear' || about.head.phones || more.length > 0) return undefined;
  const given = (name: string): Float32Array => weights.get(name)!;
  const dims = given('head.out.weight').length / vocabulary.size;
  const tensors = new Map<string, LaterTensor>([
    [
      'lm_head.weight',
      { dims: [vocabulary.size, dims], read: () => transposed(given('head.out.weight'), dims, vocabulary.size) },
    ],
    ['lm_head.bias', { dims: [vocabulary.size], read: () => given('head.out.bias') }],
  ]);
  if (about.head.plain) return layer === top ? { tensors } : undefined;
  if (config.do_stable_layer_norm !== true || layer! < 1 || layer! >= blocks) return undefined;
  for (const name of encoder.keys())
    if (ADAPTER.test(name) || Number(/^encoder\.layers\.(\d+)\./.exec(name)?.[1] ?? -1) >= layer!) encoder.delete(name);
  encoder.set('encoder.layer_norm.weight', { dims: [dims], read: () => given('head.input_norm.scale') });
  encoder.set('encoder.layer_norm.bias', { dims: [dims], read: () => given('head.input_norm.bias') });
  return { tensors, layers: layer! };
}
