import { Graph, type Dim, type Value } from '../../onnx/graph/graph.ts';
import type { OutsideWeight } from '../../onnx/file/outside.ts';
import { InputError } from '../../support/errors.ts';
import type { StoredTensor } from './stored-tensor.ts';

const TYPES = { F64: 'float64', F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;

/** What a recipe may say of how an encoder is built. */
export interface BuildOptions {
  /** Seconds of silence behind each recording: of Whisper's alone. */
  silence?: number | undefined;
}

/** A graph whose weights are a checkpoint's tensors, by the names that transformers gives them. */
export class CheckpointGraph {
  readonly graph = new Graph();
  /** Weight → where its numbers lie. */
  readonly outside = new Map<string, OutsideWeight>();
  /** Frames that fill its window, where it has one: it takes no more. */
  window?: number;
  /** What an adapter between it and its head makes of the last hidden layer, where it has one. */
  adapted?: Value;
  private readonly tensors: ReadonlyMap<string, StoredTensor>;
  private readonly problems: string[] = [];

  /** @param tensors without what a whole model puts before the encoder's names */
  constructor(tensors: ReadonlyMap<string, StoredTensor>) {
    this.tensors = tensors;
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /**
   * A tensor of the checkpoint as a value of the graph. One that is missing or of a wrong shape is noted:
   * `refuseIncomplete` lists all.
   * @param dims that it must have
   */
  weight(name: string, dims: readonly number[]): Value {
    const known = this.graph.parameters.get(name);
    if (known) return known;
    const stored = this.tensors.get(name);
    if (!stored) this.problems.push(`${name} is missing`);
    else if (String(stored.dims) !== String(dims))
      this.problems.push(`${name} is [${stored.dims.join(', ')}], not [${dims.join(', ')}]`);
    else this.outside.set(name, outsideOf(name, stored));
    return this.graph.parameter(name, dims);
  }

  /** @throws InputError listing what is missing or of a wrong shape */
  refuseIncomplete(file: string): void {
    const [first, ...more] = this.problems;
    if (first === undefined) return;
    const shown = [first, ...more.slice(0, 9)].join('; ');
    throw new InputError(
      'these weights don’t fit the config.json beside them: ' +
        `${shown}${more.length > 9 ? `; and ${more.length - 9} more` : ''}`,
      'Get config.json and weights from the same place.',
      { file },
    );
  }

  /** Tensors that no layer asked for. */
  leftOver(): string[] {
    return [...this.tensors.keys()].filter((name) => !this.graph.parameters.has(name));
  }
}

function outsideOf(name: string, { file, offset, bytes, type }: StoredTensor): OutsideWeight {
  const kind = type in TYPES ? TYPES[type as keyof typeof TYPES] : undefined;
  if (!kind)
    throw new InputError(`the weight ${name} is stored in ${type}`, 'Take the weights in F32, F16 or BF16.', { file });
  return { file, offset, bytes, type: kind };
}

/** A value's dims without the last. */
export const leading = (x: Value): readonly Dim[] => x.dims.slice(0, -1);
