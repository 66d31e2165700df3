import { frameMask } from '../audio/standardise.ts';
import { encode } from '../encoder/chunks.ts';
import { rowOf } from '../encoder/features.ts';
import { openEncoder } from '../encoder/open.ts';
import type { FrozenEncoder } from '../encoder/frozen-encoder.ts';
import { buildHead } from '../head/head.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { Network } from '../onnx/graph/network.ts';
import { floatData, floats, openSession, type Session } from '../onnx/runtime/session.ts';
import { roundToFloat16 } from '../support/float16.ts';
import { lastOf } from '../support/last-of.ts';
import type { About } from './about.ts';
import { adaptedEncoder } from './adapters.ts';
import { COMPARED_LAYER } from './likeness.ts';
import type { Ran } from './one-graph.ts';
import type { ModelParts } from './parts.ts';

/** Encoder and head in a session each: any encoder, and recordings of any length, in windows. */
export class EncoderAndHead {
  private readonly about: About;
  private readonly tokens: number;
  private readonly encoder: FrozenEncoder;
  private readonly head: Session;
  private readonly releaseEncoder: () => Promise<void>;

  private constructor(
    { about, vocabulary }: ModelParts,
    encoder: FrozenEncoder,
    head: Session,
    releaseEncoder: () => Promise<void>,
  ) {
    [this.about, this.tokens, this.encoder, this.head] = [about, vocabulary.size, encoder, head];
    this.releaseEncoder = releaseEncoder;
  }

  /**
   * @param models on one encoder, which is opened once; where they are several, without adapters on it
   * @returns one for each
   */
  static async open(models: readonly [ModelParts, ...ModelParts[]]): Promise<EncoderAndHead[]> {
    const [{ about, encoder: bytes, encoderFolder: folder }] = models;
    const { name, preprocessor } = about.encoder;
    const upTo = Math.max(...models.flatMap((model) => model.about.layers));
    const encoder = await (about.adapters
      ? adaptedEncoder(models[0])
      : openEncoder(name, bytes, { preprocessor, folder, upTo }));
    const release = lastOf(models.length, () => encoder.release());
    return Promise.all(
      models.map(async (parts) => new EncoderAndHead(parts, encoder, await openHead(parts, encoder.dims), release)),
    );
  }

  /** Runs recordings of like length (16 kHz mono) side by side. @param compares whether they are to be compared */
  async run(recordings: readonly Float32Array[], compares: boolean): Promise<Ran> {
    const asked = [...new Set([...(compares ? [COMPARED_LAYER] : []), ...this.about.layers])];
    const all = await encode(this.encoder, recordings, asked);
    const hidden = { ...all, layers: this.about.layers.map((layer) => all.layers[asked.indexOf(layer)]!) };
    const width = this.about.layers.length * this.encoder.dims;
    const rows = recordings.length;
    const features = new Float32Array(rows * hidden.frames * width);
    for (let row = 0; row < rows; row++)
      features.set(rowOf(hidden, row, this.encoder.dims), row * hidden.frames * width);
    // As the cached features were that the head learnt from; a published model's head learnt from what they were.
    if (!this.about.head.plain) roundToFloat16(features);
    const feeds = {
      features: floats(features, [rows, hidden.frames, width]),
      mask: floats(frameMask(hidden.frameCounts, hidden.frames), [rows, hidden.frames]),
    };
    const logits = floatData((await this.head.run(feeds)).logits!);
    const size = hidden.frames * this.tokens;
    const outputs = recordings.map((_, row) => ({
      logits: logits.subarray(row * size, row * size + hidden.frameCounts[row]! * this.tokens),
      frames: hidden.frameCounts[row]!,
    }));
    const { layers, frames, frameCounts } = all;
    return compares
      ? { outputs, compared: { layer: layers[0]!, frames, frameCounts, dims: this.encoder.dims } }
      : { outputs };
  }

  async release(): Promise<void> {
    await Promise.all([this.releaseEncoder(), this.head.release()]);
  }
}

async function openHead({ about, vocabulary, weights }: ModelParts, dims: number): Promise<Session> {
  const network = new Network(false);
  const input = { layers: about.layers.length, dims };
  network.graph.output(buildHead(network, about.head, input, vocabulary.size), 'logits');
  return openSession(encodeModel(network.graph, { weights }));
}
