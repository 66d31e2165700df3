import { decodeModel } from '../onnx/file/decode.ts';
import {
  CONV_KERNELS,
  hearsLogMel,
  type Architecture,
  type ConvolutionalArchitecture,
} from '../encoder/own/architecture.ts';
import { hasQuantised } from '../encoder/own/encoder.ts';
import { constantsOf } from '../onnx/file/quantise.ts';
import { floatsOf } from '../onnx/file/tensor-data.ts';
import { encodeSafetensors } from '../support/safetensors.ts';
import type { WholeModel } from './graph.ts';
import type { About } from '../model/about.ts';

interface Tensor {
  shape: number[];
  data: Float32Array;
}

/**
 * The weights under the names that transformers' Wav2Vec2ForCTC has for them, as safetensors. That class has a norm and
 * one matrix on top of some block, so only a linear head on one layer below the encoder's last fits: its norm stands
 * where the encoder's last one would.
 * @returns undefined where the model is more than a Wav2Vec2ForCTC
 */
export function torchWeights(model: {
  about: About;
  whole: WholeModel;
  architecture: Architecture;
}): { pieces: Uint8Array[]; layers: number } | undefined {
  const { about, whole, architecture } = model;
  const layer = about.layers[0]!;
  if (
    hearsLogMel(architecture) ||
    about.adapters ||
    hasQuantised(whole.encoder) ||
    about.head.kind !== 'linear' ||
    about.layers.length > 1 ||
    layer < 1 ||
    layer >= architecture.blocks
  )
    return undefined;
  const encoder = reader(whole.encoder);
  const head = reader(whole.head);
  const top = 'wav2vec2.encoder';
  const tensors: Record<string, Tensor> = {
    ...convolutions(encoder, architecture),
    ...norm(encoder, 'projection.norm', 'wav2vec2.feature_projection.layer_norm'),
    ...linear(encoder, 'projection', 'wav2vec2.feature_projection.projection'),
    ...position(encoder, architecture),
    ...(Object.assign(
      {},
      ...Array.from({ length: layer }, (_, i) => block(encoder, `blocks.${i}`, `${top}.layers.${i}`)),
    ) as Record<string, Tensor>),
    ...norm(head, 'head.input_norm', `${top}.layer_norm`),
    ...linear(head, 'head.out', 'lm_head'),
    // Only training reads it; it must be there.
    'wav2vec2.masked_spec_embed': { shape: [architecture.dims], data: new Float32Array(architecture.dims) },
  };
  const named = new Map(Object.entries(tensors).map(([name, { shape, data }]) => [name, { dims: shape, data }]));
  return { pieces: encodeSafetensors(named, { format: 'pt' }), layers: layer };
}

type Read = (name: string) => Tensor;

function reader(bytes: Uint8Array): Read {
  const graph = decodeModel(bytes).graph;
  const constants = constantsOf(graph.node, graph.initializer);
  return (name) => {
    const tensor = constants.get(name);
    if (!tensor) throw new Error(`the model has no weight ${name}`);
    return { shape: tensor.dims.map(Number), data: floatsOf(tensor) };
  };
}

function block(read: Read, from: string, to: string): Record<string, Tensor> {
  const parts = { query: 'q_proj', key: 'k_proj', value: 'v_proj', out: 'out_proj' };
  return {
    ...norm(read, `${from}.attention_norm`, `${to}.layer_norm`),
    ...(Object.assign(
      {},
      ...Object.entries(parts).map(([ours, theirs]) =>
        linear(read, `${from}.attention.${ours}`, `${to}.attention.${theirs}`),
      ),
    ) as Record<string, Tensor>),
    ...norm(read, `${from}.feed_forward_norm`, `${to}.final_layer_norm`),
    ...linear(read, `${from}.feed_forward.in`, `${to}.feed_forward.intermediate_dense`),
    ...linear(read, `${from}.feed_forward.out`, `${to}.feed_forward.output_dense`),
  };
}

/** Ours are matrix products of windows, [kernel · channels, width]; theirs convolutions, [width, channels, kernel]. */
function convolutions(read: Read, { convWidths }: ConvolutionalArchitecture): Record<string, Tensor> {
  return Object.assign(
    {},
    ...convWidths.map((width, i) => {
      const [kernel, channels] = [CONV_KERNELS[i]!, i === 0 ? 1 : convWidths[i - 1]!];
      const ours = read(`feature_encoder.${i}.weight`).data;
      const data = new Float32Array(ours.length);
      for (let k = 0; k < kernel; k++)
        for (let c = 0; c < channels; c++)
          for (let w = 0; w < width; w++) data[(w * channels + c) * kernel + k] = ours[(k * channels + c) * width + w]!;
      const to = `wav2vec2.feature_extractor.conv_layers.${i}`;
      return {
        [`${to}.conv.weight`]: { shape: [width, channels, kernel], data },
        ...norm(read, `feature_encoder.${i}.norm`, `${to}.layer_norm`),
      };
    }),
  ) as Record<string, Tensor>;
}

/**
 * Theirs is weight-normalised over the kernel's places (Salimans & Kingma 2016): a length for each, and the direction.
 */
function position(read: Read, { positionKernel: kernel }: ConvolutionalArchitecture): Record<string, Tensor> {
  const weight = read('position.weight');
  const squares = new Float64Array(kernel);
  weight.data.forEach((x, i) => (squares[i % kernel]! += x * x));
  const to = 'wav2vec2.encoder.pos_conv_embed.conv';
  return {
    [`${to}.parametrizations.weight.original0`]: { shape: [1, 1, kernel], data: Float32Array.from(squares, Math.sqrt) },
    [`${to}.parametrizations.weight.original1`]: weight,
    [`${to}.bias`]: read('position.bias'),
  };
}

const norm = (read: Read, from: string, to: string): Record<string, Tensor> => ({
  [`${to}.weight`]: read(`${from}.scale`),
  [`${to}.bias`]: read(`${from}.bias`),
});

const linear = (read: Read, from: string, to: string): Record<string, Tensor> => ({
  [`${to}.weight`]: transposed(read(`${from}.weight`)),
  [`${to}.bias`]: read(`${from}.bias`),
});

function transposed({ shape, data }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number];
  return {
    shape: [columns, rows],
    data: Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!),
  };
}
