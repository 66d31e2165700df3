import * as ort from './ort.ts';
import { addOutputs } from '../file/outputs.ts';
import type { Dim } from '../graph/graph.ts';

/** What a value was, run after run. */
export interface Observed {
  type: ort.Tensor.Type;
  dims: (readonly number[])[];
  /** Empty where only dims were wanted. */
  data: ort.Tensor['data'][];
}

/**
 * Runs somebody else's model at several sizes and reports values inside it: ONNX Runtime knows every operator of every
 * exporter, where rules of our own for their shapes would have to be as many.
 * @param folder where the model's external data lies
 * @param counts whether a value's numbers are wanted, or only its dims; all are, by default
 */
export async function observe(
  bytes: Uint8Array,
  names: readonly string[],
  runs: readonly Record<string, ort.Tensor>[],
  folder?: string,
  counts: (name: string) => boolean = () => true,
): Promise<Map<string, Observed>> {
  const session = await ort.InferenceSession.create(addOutputs(bytes, names), {
    // Values that an optimiser fuses away could not be reported.
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
    ...(folder === undefined ? {} : { extra: { session: { model_external_initializers_file_folder_path: folder } } }),
  });
  try {
    const seen = new Map(names.map((name): [string, Observed] => [name, { type: 'float32', dims: [], data: [] }]));
    for (const feeds of runs) {
      const results = await session.run(feeds, names);
      for (const [name, observed] of seen) {
        const tensor = results[name]!;
        observed.type = tensor.type;
        observed.dims.push([...tensor.dims]);
        if (counts(name)) observed.data.push(tensor.data);
      }
    }
    return seen;
  } finally {
    await session.release();
  }
}

/** A number that follows from a batch's sizes: scale · batch^batch · frames^frames + offset. */
export interface Size {
  scale: number;
  batch: number;
  frames: number;
  offset: number;
}

/** Finds the formula for a number from what it was at the sizes that were tried; none if it follows no such formula. */
export function formula(
  seen: readonly number[],
  batches: readonly number[],
  frames: readonly number[],
): Size | undefined {
  if (seen.every((n) => n === seen[0])) return { scale: 0, batch: 0, frames: 0, offset: seen[0]! };
  for (const [b, f] of [
    [1, 0],
    [0, 1],
    [1, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    const base = seen.map((_, i) => batches[i]! ** b * frames[i]! ** f);
    const scale = (seen[1]! - seen[0]!) / (base[1]! - base[0]!);
    const offset = seen[0]! - scale * base[0]!;
    if (Number.isInteger(scale) && scale !== 0 && seen.every((n, i) => n === scale * base[i]! + offset))
      return { scale, batch: b, frames: f, offset };
  }
  return undefined;
}

/** A formula as a dim of a graph in which batch and frames are dims by these names, or are known. */
export function dimOfSize(size: Size, batch: Dim, frames: Dim): Dim {
  const powers = [...new Array<Dim>(size.batch).fill(batch), ...new Array<Dim>(size.frames).fill(frames)];
  if (powers.every((d) => typeof d === 'number')) return size.scale * powers.reduce((a, d) => a * d, 1) + size.offset;
  const product = [...(size.scale === 1 ? [] : [size.scale]), ...powers].join('*');
  return size.offset === 0 ? product : `${product}+${size.offset}`;
}
