import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AdaptedEncoder, buildAdapted } from '../encoder/adapted.ts';
import { encode } from '../encoder/chunks.ts';
import { encodeEncoder, Encoder, isOwn, readArchitecture, type FrozenEncoder } from '../encoder/own/encoder.ts';
import { openEncoder } from '../encoder/open.ts';
import { preprocessorSchema } from '../encoder/exported/preprocessor.ts';
import { openUpper } from '../encoder/exported/split.ts';
import { buildEncoder } from '../encoder/own/network.ts';
import { readWeights } from '../encoder/own/weights.ts';
import { loadLanguageModel } from '../lm/load.ts';
import { buildHead } from '../head/head.ts';
import type { Weights } from '../onnx/training/engine.ts';
import { importModel as readGraph } from '../onnx/file/import.ts';
import { Network, type AdapterOptions } from '../onnx/graph/network.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { frameMask } from '../audio/standardise.ts';
import { onMachine, type MachineChoice } from '../onnx/runtime/machine.ts';
import { floatData, floats, openSession, type Session } from '../onnx/runtime/session.ts';
import { rowOf } from '../encoder/features.ts';
import type { FetchOptions } from '../encoder/hub/from-hub.ts';
import { Decoder, decodingSchema } from './decoder.ts';
import { isPublished, readPublished } from './published.ts';
import { InputError } from '../support/errors.ts';
import { inFile } from '../support/in-file.ts';
import { roundToFloat16 } from '../support/float16.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../support/safetensors.ts';
import { copyAtomic, readJson, readText, writeAtomic, writeJson } from '../support/files.ts';
import { shaped } from '../support/shape.ts';
import { Vocabulary } from '../text/vocabulary.ts';

const aboutSchema = z.object({
  format: z.literal('isogloss-model/1'),
  name: z.string(),
  language: z.string(),
  encoder: z.object({
    name: z.string(),
    hash: z.string(),
    /** Of the repository on the Hub that it came from. */
    commit: z.string().optional(),
    /** How its input is made, where its makers say so. */
    preprocessor: preprocessorSchema.optional(),
  }),
  /** Hidden layers that feed the head. */
  layers: z.array(z.number().int().nonnegative()).min(1),
  /** Adapters on the encoder, in `adapters.safetensors`. */
  adapters: z
    .object({ kind: z.enum(['low-rank', 'residual']), dims: z.number().int().positive(), scale: z.number() })
    .optional(),
  head: z.object({
    kind: z.enum(['linear', 'mlp', 'transformer']),
    dims: z.number(),
    blocks: z.number(),
    context: z.number(),
    dropout: z.number(),
    plain: z.boolean().optional(),
    phones: z.object({ count: z.number(), at: z.number() }).optional(),
  }),
  text: z.record(z.string(), z.unknown()),
  /** How it decodes; greedily, if absent. */
  decoding: decodingSchema.optional(),
  /**
   * From the network's confidence in a word to the chance that it is right, found on dev; a model from before there
   * were temperatures has none.
   */
  confidence: z
    .object({ temperature: z.number().positive().default(1), slope: z.number(), offset: z.number() })
    .optional(),
});

/** `model.json`: what a model folder says of itself. */
export type About = z.infer<typeof aboutSchema>;

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
    const languageModel = parts.languageModel === undefined ? undefined : await loadLanguageModel(parts.languageModel);
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

/** What a model folder holds. */
export interface ModelParts {
  about: About;
  vocabulary: Vocabulary;
  /** Bytes of the .onnx file. */
  encoder: Uint8Array;
  /** Where its weights lie, if not in those bytes. */
  encoderFolder?: string | undefined;
  /** Of the head, and of adapters on the encoder where there are any, by parameter. */
  weights: Weights;
  /** The language model's file, where it decodes with one. */
  languageModel?: string | undefined;
  /** Words that its decoding knows. */
  words?: readonly string[] | undefined;
}

/**
 * A model from the folder that a run wrote, or a CTC model as it was published.
 * @throws InputError when it is none
 */
export async function readModel(name: string, options: FetchOptions = {}): Promise<ModelParts> {
  if (existsSync(path.join(modelFolderIn(name), 'model.json')) || !isPublished(name)) return readModelFolder(name);
  return readPublished(name, options);
}

/** A model folder, also by the folder of the run that made it. */
export function modelFolderIn(folder: string): string {
  const inside = path.join(folder, 'model');
  return !existsSync(path.join(folder, 'model.json')) && existsSync(path.join(inside, 'model.json')) ? inside : folder;
}

/**
 * @param named a model folder, or the folder of a finished run
 * @throws InputError when the folder is no model, or not whole
 */
export async function readModelFolder(named: string): Promise<ModelParts> {
  const folder = modelFolderIn(named);
  const file = path.join(folder, 'model.json');
  if (!existsSync(file))
    throw new InputError(
      'not a model folder: there is no model.json',
      'Name the folder of a finished run, e.g. runs/italian-10min-…, or the model folder in it.',
      { file: folder },
    );
  const about = shaped(aboutSchema, await readJson(file), { file }, COPY_AGAIN);
  const [vocabulary, encoder, head] = await Promise.all([
    readJson(path.join(folder, 'vocab.json')).then((json) =>
      Vocabulary.fromJson(json, { file: path.join(folder, 'vocab.json') }),
    ),
    readPart(folder, 'encoder.onnx'),
    readPart(folder, 'head.onnx'),
  ]);
  const weights = await inFile(path.join(folder, 'head.onnx'), COPY_AGAIN, () => headWeights(head, about));
  if (about.adapters)
    for (const [name, { data }] of decodeSafetensors(await readPart(folder, ADAPTERS), path.join(folder, ADAPTERS)))
      weights.set(name, data);
  const [languageModel, words] = [path.join(folder, LANGUAGE_MODEL), path.join(folder, WORDS)];
  return {
    about,
    vocabulary,
    encoder,
    encoderFolder: folder,
    weights,
    ...(existsSync(languageModel) ? { languageModel } : {}),
    ...(existsSync(words) ? { words: (await readText(words)).trimEnd().split('\n') } : {}),
  };
}

/** Writes a model folder; `model.json` last, so that a folder that has it is whole. */
export async function writeModel(
  folder: string,
  { about, vocabulary, encoder, encoderFolder, weights, languageModel, words }: ModelParts,
  card: string,
): Promise<void> {
  const dims = headDims(about, weights, vocabulary);
  const network = new Network(false);
  network.graph.output(
    buildHead(network, about.head, { layers: about.layers.length, dims }, vocabulary.size),
    'logits',
  );
  for (const name of isOwn(encoder) ? [] : readGraph(encoder).files)
    await copyAtomic(path.join(encoderFolder ?? '', name), path.join(folder, name));
  await writeAtomic(path.join(folder, 'encoder.onnx'), encoder);
  await writeAtomic(path.join(folder, 'head.onnx'), encodeModel(network.graph, { weights }));
  if (about.adapters)
    await writeAtomic(
      path.join(folder, ADAPTERS),
      encodeSafetensors(await adapterTensors(about.adapters, encoder, weights, encoderFolder)),
    );
  if (languageModel !== undefined) await copyAtomic(languageModel, path.join(folder, LANGUAGE_MODEL));
  if (words) await writeAtomic(path.join(folder, WORDS), words.map((word) => `${word}\n`).join(''));
  await writeJson(path.join(folder, 'vocab.json'), vocabulary.toJson());
  await writeAtomic(path.join(folder, 'README.md'), card);
  await writeJson(path.join(folder, 'model.json'), about);
}

/** How wide a head's input is: it normalises it, or is one matrix of it. */
const headDims = (about: About, weights: Weights, vocabulary: Vocabulary): number =>
  weights.get(widthIn(about))!.length / (about.head.plain ? vocabulary.size : 1);

/** The parameter that shows it. */
const widthIn = ({ head }: About): string => (head.plain ? 'head.out.weight' : 'head.input_norm.scale');

const COPY_AGAIN = 'Copy the model folder again, whole; or run its recipe again.';

const ADAPTERS = 'adapters.safetensors';
const LANGUAGE_MODEL = 'language-model.bin';
const WORDS = 'words.txt';

export type AdapterSettings = NonNullable<About['adapters']>;

/** What adapters add to a network. LoRA stands on the products of attention and feed-forward. */
export function adapterOptions(settings: AdapterSettings | undefined): AdapterOptions {
  if (!settings) return {};
  if (settings.kind === 'residual') return { adapterDims: settings.dims };
  // In an encoder that others exported, all that is asked about are products inside its blocks.
  return {
    lowRank: {
      rank: settings.dims,
      scale: settings.scale,
      on: (name) => /^(blocks\.\d+\.(attention|feed_forward)|encoder)\./.test(name),
    },
  };
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

/** The untouched encoder with its adapters in place. */
async function adaptedEncoder({ about, encoder, encoderFolder, weights }: ModelParts): Promise<FrozenEncoder> {
  const options = adapterOptions(about.adapters);
  if (!isOwn(encoder))
    return AdaptedEncoder.open(about.encoder.name, encoder, options, weights, {
      preprocessor: about.encoder.preprocessor,
      folder: encoderFolder,
    });
  const architecture = readArchitecture(about.encoder.name, encoder);
  const all = new Map([...readWeights(encoder), ...weights]);
  return Encoder.fromBytes(about.encoder.name, encodeEncoder(all, architecture, { adapters: options }));
}

/** The parameters that adapters add to the encoder. */
async function adapterTensors(
  settings: AdapterSettings,
  encoder: Uint8Array,
  weights: Weights,
  folder: string | undefined,
): Promise<Map<string, NamedTensor>> {
  const network = new Network(false, adapterOptions(settings));
  if (isOwn(encoder)) buildEncoder(network, readArchitecture('encoder', encoder));
  else buildAdapted(network, await openUpper(encoder, 0, { folder }));
  const named = [...network.graph.parameters].filter(([name]) => weights.has(name));
  return new Map(named.map(([name, { dims }]) => [name, { dims: dims as number[], data: weights.get(name)! }]));
}

/** @throws InputError when it has not what the head is built of */
function headWeights(head: Uint8Array, about: About): Weights {
  const weights = readWeights(head);
  if (!weights.has(widthIn(about))) throw new InputError('the head has no weights in it', COPY_AGAIN);
  return weights;
}

async function readPart(folder: string, name: string): Promise<Uint8Array> {
  const file = path.join(folder, name);
  return readFile(file).catch((error: unknown) => {
    throw new InputError(`the model has no ${name}`, COPY_AGAIN, { file }, error);
  });
}
