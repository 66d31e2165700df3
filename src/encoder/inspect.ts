import path from 'node:path';
import { statSync } from 'node:fs';
import { differentiate } from '../onnx/autodiff/differentiate.ts';
import { importModel, type ImportedModel } from '../onnx/file/import.ts';
import { Network } from '../onnx/graph/network.ts';
import { inFile } from '../support/in-file.ts';
import { messageOf } from '../support/errors.ts';
import { Random } from '../support/random.ts';
import { frontFieldOf } from './own/architecture.ts';
import type { FrozenEncoder } from './frozen-encoder.ts';
import { hasQuantised, isOwn, readArchitecture } from './own/encoder.ts';
import { findHiddenLayers } from './exported/hidden-layers.ts';
import { isWeightFile } from './checkpoint/weight-files.ts';
import { openEncoder } from './open.ts';
import { measureResponse } from './exported/response.ts';
import { readSource } from './quantised.ts';
import { findEncoder, type EncoderChoice, type EncoderSource } from './source.ts';
import type { FetchOptions } from './hub/from-hub.ts';
import { openUpper, refuseWhole } from './exported/split.ts';
import { licenceOf, type Licence } from './licence.ts';
import { storedIn, type Stored, type StoredAs } from './exported/stored.ts';

/** What `encoder inspect --json` prints. */
export interface Inspection {
  name: string;
  /** The .onnx file. */
  file: string;
  hash: string;
  /** Whether isogloss wrote it. */
  own: boolean;
  /** Hidden layers 0 … layers − 1. */
  layers: number;
  /** Numbers a frame. */
  dims: number;
  /** Measured. */
  frames_per_second: number;
  /** Of the convolutions that make frames of the sound; null where it hears a spectrogram. */
  receptive_field_seconds: number | null;
  /** Measured on the lowest hidden layer; null where the whole recording counts. */
  reach_seconds: number | null;
  parameters: number;
  /** Of the .onnx file and what lies beside it. */
  bytes: number;
  /** On what terms it is published; null where nothing says it. */
  licence: Licence | null;
  /** What the process takes about to compute features: the weights, and half a gigabyte to work in. */
  memory_megabytes: number;
  /** Seconds of work for a second of sound, here (measured on ten seconds). */
  real_time_factor: number;
  weights: Record<string, StoredAs>;
  operators: Record<string, number>;
  inputs: { name: string; type: string; dims: (number | string)[] }[];
  /** Whether recordings may lie side by side, padded, without changing each other's features. */
  padding_is_safe: boolean;
  /** What of it can learn, and if not all, why. */
  fine_tuning: { trainable: 'all' | 'top blocks' | 'nothing'; why?: string };
  recommended: { cut: number; train: string; reason: string };
}

/**
 * Looks into an encoder: its structure, and what a few seconds of noise say of it. Weights that lie beside the .onnx
 * file are never read by isogloss, only by ONNX Runtime; of one that can be fine-tuned, those of the highest block are.
 * @throws InputError when there is no such encoder, or isogloss can't use it
 */
export async function inspectEncoder(choice: EncoderChoice, options: FetchOptions = {}): Promise<Inspection> {
  const source = await findEncoder(choice, { ...options, also: ['README.md'] });
  return inFile(source.file, 'Get the encoder’s files again, whole.', () => inspectSource(source));
}

async function inspectSource(source: EncoderSource): Promise<Inspection> {
  const bytes = await readSource(source);
  const folder = path.dirname(source.file);
  const model = importModel(bytes, folder);
  const hidden = findHiddenLayers(model);
  const encoder = await openEncoder(source.name, bytes, { folder, preprocessor: source.preprocessor });
  const response = await measureResponse(encoder);
  const speed = await measureSpeed(encoder);
  await encoder.release();
  const own = isOwn(bytes);
  const stored = storedIn(bytes, model, hidden.layers);
  const fineTuning: Inspection['fine_tuning'] =
    own && !hasQuantised(bytes) ? { trainable: 'all' } : await tryToTrain(bytes, source, hidden.layers.length - 1);
  const size = model.files.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, bytes.length);
  return {
    name: source.name,
    file: source.file,
    hash: encoder.hash,
    own,
    layers: encoder.layerCount,
    dims: encoder.dims,
    frames_per_second: response.frameRate,
    receptive_field_seconds: own
      ? frontFieldOf(readArchitecture(source.name, bytes)) / 16000
      : fieldOf(model, hidden.audio, hidden.layers[0]!),
    reach_seconds: response.reach ?? null,
    parameters: stored.parameters,
    bytes: size,
    licence: (await licenceOf(source)) ?? null,
    memory_megabytes: Math.round(size / 1e6 + 500),
    real_time_factor: speed,
    weights: stored.weights,
    operators: operatorsOf(model),
    inputs: model.inputs.map(({ name, type, dims }) => ({ name, type, dims: [...dims] })),
    padding_is_safe: encoder.pads,
    fine_tuning: fineTuning,
    recommended: recommend(fineTuning, encoder.layerCount - 1, stored),
  };
}

const TRIAL_SECONDS = 10;

/** Seconds of work for a second of sound. */
async function measureSpeed(encoder: FrozenEncoder): Promise<number> {
  const random = new Random('speed');
  const sound = Float32Array.from({ length: TRIAL_SECONDS * 16000 }, () => 0.1 * random.normal());
  const startedAt = performance.now();
  await encoder.run([sound], [encoder.layerCount - 1]);
  return (performance.now() - startedAt) / 1000 / TRIAL_SECONDS;
}

/** Seconds of sound that a frame is made of: 1 + Σ (kernel − 1) · the strides before it, up to the last stride. */
function fieldOf(model: ImportedModel, audio: string, lowest: string): number | null {
  if (model.inputs.find(({ name }) => name === audio)!.dims.length !== 2) return null;
  const signal = new Set([audio]);
  let [field, stride, strided] = [1, 1, 1];
  for (const { op, inputs, outputs, attributes } of model.nodes) {
    if (!inputs.some((name) => signal.has(name))) continue;
    for (const name of outputs) signal.add(name);
    const { kernel_shape: kernel, strides } = attributes;
    if (op.includes('Conv') && kernel !== undefined && 'ints' in kernel) {
      field += (kernel.ints[0]! - 1) * stride;
      const step = strides !== undefined && 'ints' in strides ? strides.ints[0]! : 1;
      stride *= step;
      if (step > 1) strided = field;
    }
    if (outputs.includes(lowest)) break;
  }
  return strided / 16000;
}

function operatorsOf(model: ImportedModel): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { op, domain } of model.nodes) {
    const name = domain === '' ? op : `${domain}.${op}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

/**
 * Builds the backward pass through the highest block: the others are made as it is. The graphs that isogloss makes of
 * PyTorch weights learn down to the sound where they hear it.
 */
async function tryToTrain(bytes: Uint8Array, { file }: EncoderSource, top: number): Promise<Inspection['fine_tuning']> {
  const folder = path.dirname(file);
  try {
    const upper = await openUpper(bytes, top - 1, { folder });
    const network = new Network(true);
    const features = network.graph.input('features', ['batch', 'frames', upper.dims]);
    const output = upper.build(network, features, network.graph.input('mask', ['batch', 'frames'])).at(-1)!;
    const parameters = [...network.graph.parameters.values()];
    const gradients = differentiate(network.graph, output, network.graph.input('gradient', output.dims), parameters);
    if (gradients.size === 0)
      return { trainable: 'nothing', why: 'its highest block has no weights in float32 or float16' };
  } catch (error) {
    return { trainable: 'nothing', why: messageOf(error) };
  }
  try {
    refuseWhole(bytes, folder);
  } catch (error) {
    return { trainable: 'top blocks', why: messageOf(error) };
  }
  if (isWeightFile(file)) return { trainable: 'all' };
  return {
    trainable: 'top blocks',
    why:
      'its highest block was tried; whether its convolutions learn, too, depends on how it was exported: a run with ' +
      '`train: all` says it before it begins',
  };
}

/**
 * Bytes a parameter takes while it learns: itself, where it started, AdamW's two moments, and its gradient, of which
 * the binding makes a copy.
 */
const LEARNING_BYTES = 24;

function recommend(
  { trainable, why }: Inspection['fine_tuning'],
  top: number,
  stored: Stored,
): Inspection['recommended'] {
  if (trainable === 'nothing') return { cut: top, train: 'head', reason: `only a head can learn on it: ${why!}` };
  const cut = Math.max(0, top - 2);
  const learning = stored.above(cut);
  const more =
    `From ten minutes of speech on, try train: { top: ${top - cut} }, cut ${cut}: ` +
    `${(learning / 1e6).toFixed(1)} M more parameters learn, which takes ` +
    `${Math.ceil((learning * LEARNING_BYTES) / 1e6)} MB and more for activations.`;
  return { cut: top, train: 'head', reason: `features are computed once and a head learns in minutes. ${more}` };
}
