import type { Weights } from '../../onnx/training/engine.ts';
import type { NamedTensor } from '../../support/safetensors.ts';
import type { LogMelArchitecture } from './architecture.ts';

/**
 * The lower part of a Whisper encoder as an encoder of isogloss's own: its convolutions, its first blocks and its last
 * norm.
 * @param tensors as PyTorch has them, [outputs, inputs(, kernel)], by transformers' names
 * @param blocks how many of them
 * @throws Error naming what is missing
 */
export function fromWhisper(
  tensors: ReadonlyMap<string, NamedTensor>,
  blocks: number,
  heads: number,
): { architecture: LogMelArchitecture; weights: Weights } {
  const get = (name: string): NamedTensor => {
    const tensor = tensors.get(`model.encoder.${name}`);
    if (!tensor) throw new Error(`${name} is missing`);
    return tensor;
  };
  const weights: Weights = new Map();
  const linear = (ours: string, theirs: string): void => {
    const { dims: shape, data } = get(`${theirs}.weight`);
    weights.set(`${ours}.weight`, transposed(data, shape[0]!, shape[1]!));
    // Keys have none: what is added to all of them alike changes no attention.
    weights.set(`${ours}.bias`, tensors.get(`model.encoder.${theirs}.bias`)?.data ?? new Float32Array(shape[0]!));
  };
  const norm = (ours: string, theirs: string): void => {
    weights.set(`${ours}.scale`, get(`${theirs}.weight`).data);
    weights.set(`${ours}.bias`, get(`${theirs}.bias`).data);
  };
  for (const i of [0, 1]) {
    const { dims: shape, data } = get(`conv${i + 1}.weight`);
    weights.set(`feature_encoder.${i}.weight`, kernelFirst(data, shape as [number, number, number]));
    weights.set(`feature_encoder.${i}.bias`, get(`conv${i + 1}.bias`).data);
  }
  for (let i = 0; i < blocks; i++) {
    norm(`blocks.${i}.attention_norm`, `layers.${i}.self_attn_layer_norm`);
    for (const [ours, theirs] of [
      ['query', 'q_proj'],
      ['key', 'k_proj'],
      ['value', 'v_proj'],
      ['out', 'out_proj'],
    ] as const)
      linear(`blocks.${i}.attention.${ours}`, `layers.${i}.self_attn.${theirs}`);
    norm(`blocks.${i}.feed_forward_norm`, `layers.${i}.final_layer_norm`);
    linear(`blocks.${i}.feed_forward.in`, `layers.${i}.fc1`);
    linear(`blocks.${i}.feed_forward.out`, `layers.${i}.fc2`);
  }
  norm('final_norm', 'layer_norm');
  const [dims, mels] = get('conv1.weight').dims as [number, number];
  return { architecture: { mels, dims, blocks, heads, feedForward: get('layers.0.fc1.weight').dims[0]! }, weights };
}

/** [outputs, inputs] → [inputs, outputs]. */
function transposed(data: Float32Array, outputs: number, inputs: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) result[i * outputs + o] = data[o * inputs + i]!;
  return result;
}

/** [outputs, channels, kernel] → [kernel · channels, outputs]: a convolution as a product. */
function kernelFirst(data: Float32Array, [outputs, channels, kernel]: [number, number, number]): Float32Array {
  const result = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < channels; c++)
      for (let k = 0; k < kernel; k++)
        result[(k * channels + c) * outputs + o] = data[(o * channels + c) * kernel + k]!;
  return result;
}
