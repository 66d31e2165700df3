import * as ort from 'onnxruntime-node';
import { prepareSound } from '../audio/standardise.ts';
import { readModel } from '../onnx/import.ts';
import { addOutputs } from '../onnx/outputs.ts';
import { floatData, floats, openSession, type Session, type SessionOptions } from '../onnx/session.ts';
import { InputError } from '../support/errors.ts';
import { Random } from '../support/random.ts';
import { sha256 } from '../support/files.ts';
import { FRAME_FIELD, FRAME_SAMPLES, frameCount } from './architecture.ts';
import type { FrozenEncoder, Hidden } from './encoder.ts';
import { findHiddenLayers, type HiddenLayers } from './hidden-layers.ts';
import { inputIdentity, RAW_SOUND, standardises, type Preprocessor } from './preprocessor.ts';

export interface ExportedOptions extends SessionOptions {
  /** How its makers made its input; as usual for Wav2Vec2, if absent. */
  preprocessor?: Preprocessor | undefined;
}

/** An encoder of the Wav2Vec2 family as others exported it: its hidden layers are found by the graph's structure. */
export class ExportedEncoder implements FrozenEncoder {
  readonly name: string;
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly dims: number;
  private readonly hidden: HiddenLayers;
  private readonly session: Session;
  private readonly standardised: boolean;
  /** Whether recordings may lie side by side, padded to one length. */
  private readonly pads: boolean;

  private constructor(name: string, bytes: Uint8Array, preprocessor: Preprocessor | undefined, hidden: HiddenLayers, session: Session, dims: number, pads: boolean) {
    this.name = name;
    this.bytes = bytes;
    this.hash = hashOf(bytes, preprocessor);
    this.standardised = standardises(preprocessor);
    this.hidden = hidden;
    this.session = session;
    this.dims = dims;
    this.pads = pads;
  }

  /** @throws InputError when no such encoder is found in the bytes, or it wants something else than the sound */
  static async open(name: string, bytes: Uint8Array, options: ExportedOptions = {}): Promise<ExportedEncoder> {
    const { preprocessor } = options;
    const kind = preprocessor?.feature_extractor_type ?? RAW_SOUND;
    if (kind !== RAW_SOUND) throw new InputError(`${name} wants input made by a ${kind}, which isogloss has not`, 'Use an encoder that takes the sound itself: Wav2Vec2, HuBERT, WavLM, Data2Vec, XLS-R, MMS.');
    const hidden = findHiddenLayers(readModel(bytes));
    const session = await openSession(addOutputs(bytes, hidden.layers), options);
    const probe = await new ExportedEncoder(name, bytes, preprocessor, hidden, session, 0, false).alone(new Float32Array(samplesOf(4)), [0]);
    const of = (pads: boolean): ExportedEncoder => new ExportedEncoder(name, bytes, preprocessor, hidden, session, probe[0]!.dims[2]!, pads);
    return of(hidden.mask !== undefined && preprocessor?.return_attention_mask !== false && (await padsWithoutHarm(of(true))));
  }

  get layerCount(): number {
    return this.hidden.layers.length;
  }

  /**
   * As every encoder runs; but where padding would change what is computed of the sound, recordings run one by one. So it is
   * without a mask or where it was trained without one, and with a mask too where the convolutions normalise over time or several of them see neighbours.
   */
  async run(recordings: readonly Float32Array[], layers: readonly number[], frames?: number): Promise<Hidden> {
    const frameCounts = Int32Array.from(recordings, (r) => frameCount(r.length));
    const padded = frames ?? Math.max(1, ...frameCounts);
    if (this.pads) return this.together(recordings, layers, padded, frameCounts);
    const result = layers.map(() => new Float32Array(recordings.length * padded * this.dims));
    for (const [row, recording] of recordings.entries()) {
      const one = await this.alone(recording, layers);
      one.forEach((layer, l) => result[l]!.set(floatData(layer).subarray(0, frameCounts[row]! * this.dims), row * padded * this.dims));
    }
    return { layers: result, frames: padded, frameCounts };
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private async alone(recording: Float32Array, layers: readonly number[]): Promise<ort.Tensor[]> {
    // One frame at least: a graph can't give none.
    const audio = new Float32Array(Math.max(recording.length, samplesOf(1)));
    prepareSound(recording, audio, this.standardised);
    const mask = this.hidden.mask === undefined ? {} : { [this.hidden.mask]: ones([audio.length]) };
    return this.layersFrom({ [this.hidden.audio]: floats(audio, [1, audio.length]), ...mask }, layers);
  }

  private async together(recordings: readonly Float32Array[], layers: readonly number[], padded: number, frameCounts: Int32Array): Promise<Hidden> {
    const width = samplesOf(padded);
    const audio = new Float32Array(recordings.length * width);
    recordings.forEach((recording, row) => prepareSound(recording, audio.subarray(row * width, (row + 1) * width), this.standardised));
    const mask = ones(recordings.map((recording) => Math.min(width, Math.max(recording.length, samplesOf(1)))), width);
    const tensors = await this.layersFrom({ [this.hidden.audio]: floats(audio, [recordings.length, width]), [this.hidden.mask!]: mask }, layers);
    return { layers: tensors.map(floatData), frames: padded, frameCounts };
  }

  private async layersFrom(feeds: Record<string, ort.Tensor>, layers: readonly number[]): Promise<ort.Tensor[]> {
    const names = layers.map((layer) => this.hidden.layers[layer]!);
    const results = await this.session.run(feeds, names);
    return names.map((name) => results[name]!);
  }
}

/** The same features have the same hash: how the input is made is a part of it where it isn't made as usual. */
function hashOf(bytes: Uint8Array, preprocessor: Preprocessor | undefined): string {
  const input = inputIdentity(preprocessor);
  return input === '' ? sha256(bytes) : sha256(`${sha256(bytes)} ${input}`);
}

/** Runs noise alone and beside a longer one. */
async function padsWithoutHarm(encoder: ExportedEncoder): Promise<boolean> {
  const random = new Random('padding');
  const noise = (frames: number): Float32Array => Float32Array.from({ length: samplesOf(frames) }, () => random.normal());
  const [short, long] = [noise(20), noise(50)];
  const top = encoder.layerCount - 1;
  const [alone, beside] = [await encoder.run([short], [top]), await encoder.run([short, long], [top])];
  const here = alone.layers[0]!;
  const size = Math.max(...here.map(Math.abs));
  return here.every((x, i) => Math.abs(x - beside.layers[0]![i]!) < 1e-3 * size);
}

/** The fewest samples that give so many frames. */
const samplesOf = (frames: number): number => FRAME_FIELD + (frames - 1) * FRAME_SAMPLES;

/** Hugging Face's attention mask: [batch, samples], 1 on sound. */
function ones(lengths: readonly number[], width = lengths[0]!): ort.Tensor {
  const mask = new BigInt64Array(lengths.length * width);
  lengths.forEach((length, row) => mask.fill(1n, row * width, row * width + length));
  return new ort.Tensor('int64', mask, [lengths.length, width]);
}
