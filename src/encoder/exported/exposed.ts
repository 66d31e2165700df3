import * as ort from '../../onnx/runtime/ort.ts';
import { hashModel } from '../../onnx/file/external.ts';
import { importModel } from '../../onnx/file/import.ts';
import { onlyOutputs } from '../../onnx/file/outputs.ts';
import { asFloats, openSession, type Session } from '../../onnx/runtime/session.ts';
import { sha256 } from '../../support/files.ts';
import type { OpenOptions } from '../frozen-encoder.ts';
import { findHiddenLayers, type HiddenLayers } from './hidden-layers.ts';
import { inputKind, type InputKind } from './input-kind.ts';
import { inputIdentity, type Preprocessor } from './preprocessor.ts';

export interface ExportedOptions extends OpenOptions {
  /** How its makers made its input; as usual for its kind, if absent. */
  preprocessor?: Preprocessor | undefined;
}

/** An encoder's graph as others exported it, with its hidden layers as outputs. */
export class ExposedGraph {
  readonly name: string;
  readonly bytes: Uint8Array;
  /**
   * Of the model with all its weights, and of how its input is made where that is not as usual: the same hash, the same
   * features.
   */
  readonly hash: string;
  readonly kind: InputKind;
  readonly hidden: HiddenLayers;
  /** The topmost hidden layer that it can be asked for. */
  readonly top: number;
  /** Of the input, as the exporter declared them. */
  readonly inputDims: readonly (number | string)[];
  private readonly session: Session;

  private constructor(
    parts: Pick<ExposedGraph, 'name' | 'bytes' | 'hash' | 'kind' | 'hidden' | 'top' | 'inputDims'>,
    session: Session,
  ) {
    this.name = parts.name;
    this.bytes = parts.bytes;
    this.hash = parts.hash;
    this.kind = parts.kind;
    this.hidden = parts.hidden;
    this.top = parts.top;
    this.inputDims = parts.inputDims;
    this.session = session;
  }

  /** @throws InputError when there is no encoder in the bytes, or it wants input that isogloss can't make */
  static async open(name: string, bytes: Uint8Array, options: ExportedOptions = {}): Promise<ExposedGraph> {
    const model = importModel(bytes, options.folder);
    const hidden = findHiddenLayers(model);
    const inputDims = model.inputs.find((input) => input.name === hidden.audio)!.dims;
    const kind = inputKind(name, inputDims, options.preprocessor);
    const input = inputIdentity(options.preprocessor);
    const top = options.upTo ?? hidden.layers.length - 1;
    // Side by side: of gigabytes each takes seconds.
    const [weights, session] = await Promise.all([
      hashModel(bytes, model.files, options.folder),
      openSession(onlyOutputs(bytes, hidden.layers.slice(0, top + 1)), options),
    ]);
    return new ExposedGraph(
      { name, bytes, hash: input === '' ? weights : sha256(`${weights} ${input}`), kind, hidden, top, inputDims },
      session,
    );
  }

  /**
   * @param input what the encoder is fed with, and a mask where it takes one: 1 on sound
   * @returns of each layer asked for its numbers [batch, frames, dims], widened where the graph has them in float16
   */
  async run(
    input: ort.Tensor,
    mask: ort.Tensor | undefined,
    layers: readonly number[],
  ): Promise<{ data: Float32Array; dims: readonly number[] }[]> {
    const { hidden } = this;
    const feeds = { [hidden.audio]: input, ...(hidden.mask === undefined || !mask ? {} : { [hidden.mask]: mask }) };
    const names = layers.map((layer) => hidden.layers[layer]!);
    const results = await this.session.run(feeds, names);
    return names.map((name) => ({ data: asFloats(results[name]!), dims: results[name]!.dims }));
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
