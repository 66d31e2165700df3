import { existsSync } from 'node:fs';
import path from 'node:path';
import { encode } from '../encoder/chunks.ts';
import type { FrozenEncoder } from '../encoder/own/encoder.ts';
import { openEncoder } from '../encoder/open.ts';
import type { LanguageModel } from '../lm/language-model.ts';
import { buildHead } from '../head/head.ts';
import { Network } from '../onnx/graph/network.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { frameMask } from '../audio/standardise.ts';
import { onMachine, type MachineChoice } from '../onnx/runtime/machine.ts';
import { floatData, floats, openSession, type Session } from '../onnx/runtime/session.ts';
import { rowOf } from '../encoder/features.ts';
import type { FetchOptions } from '../encoder/hub/from-hub.ts';
import { Decoder } from './decoder.ts';
import { inFile } from '../support/in-file.ts';
import { roundToFloat16 } from '../support/float16.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { About } from './about.ts';
import type { ModelParts } from './parts.ts';
import { modelFolderIn, readModelFolder, COPY_AGAIN } from './model-folder.ts';
import { adaptedEncoder } from './adapters.ts';

/** Logits of one recording. */
export interface Output {
  /** [frames, tokens] */
  logits: Float32Array;
  frames: number;
}

/** A trained model: encoder, head and vocabulary. Everything that it needs is in its folder. */
export class Model {
  readonly about: About;
  readonly vocabulary: Vocabulary;
  readonly decoder: Decoder;
  private readonly encoder: FrozenEncoder;
  private readonly head: Session;

  private constructor(about: About, vocabulary: Vocabulary, decoder: Decoder, encoder: FrozenEncoder, head: Session) {
    this.about = about;
    this.vocabulary = vocabulary;
    this.decoder = decoder;
    this.encoder = encoder;
    this.head = head;
  }

  /** A model from its parts. @param weights of the head, and of adapters where the model has them */
  static async assemble(parts: ModelParts): Promise<Model> {
    const { about, vocabulary, weights } = parts;
    const encoder = await openedEncoder(parts);
    const network = new Network(false);
    network.graph.output(
      buildHead(network, about.head, { layers: about.layers.length, dims: encoder.dims }, vocabulary.size),
      'logits',
    );
    const languageModel = parts.languageModel === undefined ? undefined : await languageModelIn(parts.languageModel);
    const decoder = new Decoder(vocabulary, about.decoding, { languageModel, words: parts.words }, about.confidence);
    return new Model(about, vocabulary, decoder, encoder, await openSession(encodeModel(network.graph, { weights })));
  }

  /**
   * @param name a model folder, or what `readPublished` takes
   * @param options with `device` and `threads`: what it runs on
   * @throws InputError when it is no model, or the device can't be had
   */
  static async load(name: string, options: FetchOptions & MachineChoice = {}): Promise<Model> {
    const { device, threads } = options;
    return onMachine({ device, threads }, async () => Model.assemble(await readModel(name, options)));
  }

  /** Runs recordings of like length (16 kHz mono) side by side. */
  async run(recordings: readonly Float32Array[]): Promise<Output[]> {
    const hidden = await encode(this.encoder, recordings, this.about.layers);
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
    const size = hidden.frames * this.vocabulary.size;
    return recordings.map((_, row) => ({
      logits: logits.subarray(row * size, row * size + hidden.frameCounts[row]! * this.vocabulary.size),
      frames: hidden.frameCounts[row]!,
    }));
  }

  /** The encoder's .onnx file, with adapters in place where the model has them. */
  get encoderBytes(): Uint8Array {
    return this.encoder.bytes;
  }

  async release(): Promise<void> {
    await Promise.all([this.encoder.release(), this.head.release()]);
  }
}

/**
 * A model from the folder that a run wrote, or a CTC model as it was published.
 * @throws InputError when it is none
 */
export async function readModel(name: string, options: FetchOptions = {}): Promise<ModelParts> {
  if (existsSync(path.join(modelFolderIn(name), 'model.json'))) return readModelFolder(name);
  // Loaded here: a model folder needs neither the Hub nor readers of PyTorch's files.
  const { isPublished, readPublished } = await import('./published.ts');
  return isPublished(name) ? readPublished(name, options) : readModelFolder(name);
}

async function languageModelIn(file: string): Promise<LanguageModel> {
  const { loadLanguageModel } = await import('../lm/load.ts');
  return loadLanguageModel(file);
}

function openedEncoder(parts: ModelParts): Promise<FrozenEncoder> {
  const { about, encoder, encoderFolder: folder } = parts;
  const { name, preprocessor } = about.encoder;
  const open = (): Promise<FrozenEncoder> =>
    about.adapters ? adaptedEncoder(parts) : openEncoder(name, encoder, { preprocessor, folder });
  if (folder === undefined) return open();
  const file = path.join(folder, 'encoder.onnx');
  return inFile(existsSync(file) ? file : folder, COPY_AGAIN, open);
}
