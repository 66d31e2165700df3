import * as ort from '../../onnx/runtime/ort.ts';
import type { ElementType } from '../../onnx/graph/graph.ts';
import type { ImportedModel } from '../../onnx/file/import.ts';
import { observe, type Observed } from '../../onnx/runtime/probe.ts';
import { InputError, messageOf } from '../../support/errors.ts';
import { Random } from '../../support/random.ts';
import { paddedSamples } from '../own/architecture.ts';
import type { HiddenLayers } from './hidden-layers.ts';

/** What was seen of values inside an encoder, at several sizes of batch. */
export interface Sizes {
  seen: ReadonlyMap<string, Observed>;
  /** Recordings in each batch tried, and frames of each. */
  batches: readonly number[];
  frames: readonly number[];
  /** Of each batch tried, 1 for each frame of sound: all of the last recording, half of the others. */
  masks: readonly Uint8Array[];
  /** Numbers a frame. */
  dims: number;
}

/**
 * Whether an encoder is fed with a frame for each of its own: Wav2Vec2-BERT, [batch, frames, bins]. Of Whisper's input
 * steps come last.
 */
export const hearsFrames = (dims: readonly (number | string)[]): boolean =>
  dims.length === 3 && typeof dims[1] !== 'number' && typeof dims[2] === 'number';

/** Apart enough that no two formulas agree on all of them; and never many frames of many recordings at once. */
const BATCHES = [7, 5, 3, 2];
const FRAMES = [9, 13, 21, 34];

/**
 * Runs an encoder on noise and reports what these values were.
 * @param part of the graph: its values; of those that carry the `signal` only how large they are is reported
 * @throws InputError when it doesn't run on batches of any size, or when its hidden layers are not [batch, frames,
 * dims]
 */
export async function measureSizes(
  bytes: Uint8Array,
  model: ImportedModel,
  hidden: HiddenLayers,
  cut: number,
  part: { values: ReadonlySet<string>; signal: ReadonlySet<string> },
  folder?: string,
): Promise<Sizes> {
  const audio = model.inputs.find((input) => input.name === hidden.audio)!;
  const mask = model.inputs.find((input) => input.name === hidden.mask);
  const names = [...new Set([...hidden.layers.slice(cut), ...part.values])];
  const likely = mask !== undefined && mask.dims[1] !== audio.dims[1] ? 'frames' : 'samples';
  let failure = '';
  for (const unit of mask ? new Set([likely, 'samples', 'frames'] as const) : (['samples'] as const)) {
    const runs = BATCHES.map((batch, i) => noise(batch, FRAMES[i]!, audio, mask, unit));
    try {
      return sizesOf(await observe(bytes, names, runs, folder, (name) => !part.signal.has(name)), hidden.layers[cut]!);
    } catch (error) {
      if (error instanceof InputError) throw error;
      failure ||= messageOf(error);
    }
  }
  throw new InputError(
    `the encoder doesn't run on batches of any size (${failure})`,
    'Export it with the batch and the length as dynamic axes.',
  );
}

function noise(
  batch: number,
  frames: number,
  audio: ImportedModel['inputs'][number],
  mask: ImportedModel['inputs'][number] | undefined,
  unit: 'samples' | 'frames',
): Record<string, ort.Tensor> {
  const random = new Random(frames);
  const framed = hearsFrames(audio.dims);
  const dims = framed ? [batch, frames, Number(audio.dims[2])] : [batch, paddedSamples(frames)];
  const sound = new ort.Tensor(
    'float32',
    Float32Array.from({ length: dims.reduce((a, d) => a * d) }, () => random.normal()),
    dims,
  );
  if (!mask) return { [audio.name]: sound };
  const width = (count: number): number => (unit === 'samples' && !framed ? paddedSamples(count) : count);
  return {
    [audio.name]: sound,
    [mask.name]: maskTensor(mask.type, halfSound(batch, width(frames), width(Math.ceil(frames / 2))), [
      batch,
      width(frames),
    ]),
  };
}

/** Rows of ones; all but the last end in zeros. */
const halfSound = (rows: number, width: number, sound: number): Uint8Array =>
  Uint8Array.from({ length: rows * width }, (_, i) => (i % width < sound || i >= (rows - 1) * width ? 1 : 0));

function maskTensor(type: ElementType, ones: Uint8Array, dims: number[]): ort.Tensor {
  if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(ones, BigInt), dims);
  if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(ones), dims);
  return type === 'bool'
    ? new ort.Tensor('bool', ones, dims)
    : new ort.Tensor('float32', Float32Array.from(ones), dims);
}

function sizesOf(seen: Map<string, Observed>, layer: string): Sizes {
  const shapes = seen.get(layer)!.dims;
  const dims = shapes[0]![2]!;
  if (shapes.some((d, i) => d.length !== 3 || d[0] !== BATCHES[i] || d[2] !== dims))
    throw new InputError(
      `the encoder's hidden layers have the dims ${shapes[0]!.join(' × ')}, not batch, frames and dims`,
      'Export it with the recordings of a batch along the first axis.',
    );
  const frames = shapes.map((d) => d[1]!);
  return {
    seen,
    batches: BATCHES,
    frames,
    dims,
    masks: BATCHES.map((batch, i) => halfSound(batch, frames[i]!, Math.ceil(frames[i]! / 2))),
  };
}
