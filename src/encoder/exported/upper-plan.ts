import type { ImportedModel } from '../../onnx/file/import.ts';
import type { HiddenLayers } from './hidden-layers.ts';
import type { Sizes } from './sizes.ts';

/** What the layers above a cut are made of. */
export interface UpperLayers {
  /** Values that nodes make. */
  values: ReadonlySet<string>;
  /**
   * Of them, those that the hidden layer at the cut leads to by more than its shape, and those that the mask leads to.
   */
  signal: ReadonlySet<string>;
  masked: ReadonlySet<string>;
  /** Stored numbers. */
  tensors: ReadonlySet<string>;
}

export interface Plan {
  model: ImportedModel;
  hidden: HiddenLayers;
  /** The value that it starts from: the recording, or the hidden layer at the cut. */
  start: string;
  /** The lowest hidden layer that it makes. */
  lowest: number;
  part: UpperLayers;
  sizes: Sizes;
  /** Stored numbers that become parameters. */
  trained: ReadonlySet<string>;
}

const PREFIX = 'encoder.';

export const parameterName = (tensor: string): string => PREFIX + tensor;

/** The tensor that a parameter stands for. */
export const tensorName = (parameter: string): string => parameter.slice(PREFIX.length);

/**
 * Values and stored numbers that these values are made of, up to where `stop` says. Of what is below a shape, only the
 * shape counts.
 */
export function madeOf(
  model: ImportedModel,
  from: readonly string[],
  stop: (name: string) => boolean,
): { values: Set<string>; tensors: Set<string> } {
  const values = new Set<string>();
  const tensors = new Set<string>();
  const waiting = [...from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (model.tensors.has(name)) tensors.add(name);
    const maker = model.makers.get(name);
    if (!maker || values.has(name) || stop(name)) continue;
    for (const output of maker.outputs) if (output !== '') values.add(output);
    if (maker.op !== 'Shape' && maker.op !== 'Size') waiting.push(...maker.inputs.filter(Boolean));
  }
  return { values, tensors };
}
