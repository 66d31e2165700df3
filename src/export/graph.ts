import type { ModelProto } from 'onnx-buf';
import { FRAME_FIELD, FRAME_SAMPLES, paddedSamples } from '../encoder/own/architecture.ts';
import { Graph, type Value } from '../onnx/graph/graph.ts';
import { mergeModels } from '../onnx/file/merge.ts';
import { add, castToFloat, concat, div, mul, reduceMean, sqrt, sub } from '../onnx/graph/ops.ts';
import { encodeModel } from '../onnx/file/proto.ts';

export interface WholeModel {
  /** Bytes of the .onnx files. */
  encoder: Uint8Array;
  head: Uint8Array;
  /** Hidden layers that feed the head. */
  layers: readonly number[];
  tokens: number;
  blank: number;
}

export interface AudioInput {
  /** What the graph's input is called. */
  name: string;
  /** Whether the graph brings it to zero mean and unit variance itself. */
  standardise: boolean;
}

/**
 * Encoder and head as one graph. Input: sound [batch, samples] at 16 kHz, of any length, recordings side by side all of
 * one length. Output: `logits` [batch, frames, tokens], the same numbers as `Model.run` gives.
 */
export function wholeGraph(
  model: WholeModel,
  sound: AudioInput,
  metadata: Readonly<Record<string, string>> = {},
): ModelProto {
  const hidden = Object.fromEntries(model.layers.map((layer) => [`hidden.${layer}`, `hidden.${layer}`]));
  const shared = { padded: 'padded', mask: 'mask', features: 'features' };
  return mergeModels(
    [
      { prefix: 'sound/', bytes: preparation(sound), names: { ...shared, [sound.name]: sound.name } },
      { prefix: 'encoder/', bytes: model.encoder, names: { audio: 'padded', mask: 'mask', ...hidden } },
      { prefix: 'features/', bytes: interleaving(model.layers), names: { ...shared, ...hidden } },
      { prefix: 'head/', bytes: model.head, names: shared },
      { prefix: 'silence/', bytes: silence(model), names: { ...shared, head_logits: 'head/logits', logits: 'logits' } },
    ],
    ['logits'],
    metadata,
  );
}

/**
 * Sound → `padded`: padded or cut to the length that the encoder wants, and `mask`, which is 1 unless there is no whole
 * frame.
 */
function preparation(sound: AudioInput): Uint8Array {
  const g = new Graph();
  const input = g.input(sound.name, ['batch', 'samples']);
  const x = sound.standardise ? standardised(g, input) : input;
  const sizeOf = (axis: number): Value => ({
    ...g.node('Shape', [input], { start: { int: axis }, end: { int: axis + 1 } }, 'Shape', [1]),
    type: 'int64',
  });
  const samples = sizeOf(1);
  // One frame at least: a graph can't give none.
  const frames = g.node('Max', [
    div(g, sub(g, samples, g.integers([FRAME_FIELD - FRAME_SAMPLES])), g.integers([FRAME_SAMPLES])),
    g.integers([1]),
  ]);
  const width = add(g, mul(g, frames, g.integers([FRAME_SAMPLES])), g.integers([paddedSamples(0)]));
  const longer = g.node('Pad', [x, g.integers([0, 0, 0, paddedSamples(1)])], {}, 'Pad', ['batch', 'more']);
  g.output(
    g.node('Slice', [longer, g.integers([0]), width, g.integers([1])], {}, 'Slice', ['batch', 'width']),
    'padded',
  );
  const there = castToFloat(g, g.node('GreaterOrEqual', [samples, g.integers([FRAME_FIELD])]));
  g.output(g.node('Expand', [there, concat(g, [sizeOf(0), frames], 0)], {}, 'Expand', ['batch', 'frames']), 'mask');
  return encodeModel(g);
}

/** As `audio/standardise` does it. */
function standardised(g: Graph, x: Value): Value {
  const centred = sub(g, x, reduceMean(g, x, [1]));
  return div(g, centred, sqrt(g, add(g, reduceMean(g, mul(g, centred, centred), [1]), g.scalar(1e-7))));
}

/**
 * Hidden layers → features [batch, frames, layers · dims], rounded as the cached features were that the head learnt
 * from.
 */
function interleaving(layers: readonly number[]): Uint8Array {
  const g = new Graph();
  const hidden = layers.map((layer) => g.input(`hidden.${layer}`, ['batch', 'frames', `dims.${layer}`]));
  const joined = hidden.length === 1 ? hidden[0]! : concat(g, hidden, 2);
  g.output(castToFloat(g, g.node('Cast', [joined], { to: { int: 10 } })), 'features');
  return encodeModel(g);
}

/** Nothing but the blank where there is no sound: whoever decodes the logits needs no mask. */
function silence({ tokens, blank }: WholeModel): Uint8Array {
  const g = new Graph();
  const logits = g.input('head_logits', ['batch', 'frames', tokens]);
  const mask = g.input('mask', ['batch', 'frames']);
  const letters = Float32Array.from({ length: tokens }, (_, token) => (token === blank ? 0 : 1e4));
  const absent = g.node('Unsqueeze', [sub(g, mask, g.scalar(1)), g.integers([2])], {}, 'Unsqueeze', [
    'batch',
    'frames',
    1,
  ]);
  g.output(add(g, logits, mul(g, absent, g.constant(letters, [tokens], 'letters'))), 'logits');
  return encodeModel(g);
}
