import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { Encoder } from '../encoder/encoder.ts';
import { buildHead, type HeadSettings } from '../head/head.ts';
import type { Weights } from '../onnx/engine.ts';
import { Network } from '../onnx/network.ts';
import { encodeModel } from '../onnx/proto.ts';
import { frameMask } from '../audio/standardise.ts';
import { floatData, floats, openSession, type Session } from '../onnx/session.ts';
import { rowOf } from '../encoder/features.ts';
import { InputError } from '../support/errors.ts';
import { fromFloat16, toFloat16 } from '../support/float16.ts';
import { readJson, writeAtomic, writeJson } from '../support/files.ts';
import { Vocabulary } from '../text/vocabulary.ts';

const aboutSchema = z.object({
  format: z.literal('isogloss-model/1'),
  name: z.string(),
  language: z.string(),
  encoder: z.object({ name: z.string(), hash: z.string() }),
  /** Hidden layers that feed the head. */
  layers: z.array(z.number().int().nonnegative()).min(1),
  head: z.object({ kind: z.enum(['linear', 'mlp', 'transformer']), dims: z.number(), blocks: z.number(), context: z.number(), dropout: z.number() }),
  text: z.record(z.string(), z.unknown()),
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
  private readonly encoder: Encoder;
  private readonly head: Session;

  private constructor(about: About, vocabulary: Vocabulary, encoder: Encoder, head: Session) {
    this.about = about;
    this.vocabulary = vocabulary;
    this.encoder = encoder;
    this.head = head;
  }

  /** @throws InputError when the folder is no model */
  static async load(folder: string): Promise<Model> {
    const file = path.join(folder, 'model.json');
    const about = aboutSchema.safeParse(await readJson(file).catch((error: unknown) => {
      throw new InputError('not a model folder: there is no model.json', 'Name the model folder of a finished run, e.g. runs/italian-10min-…/model.', { file: folder }, error);
    }));
    if (!about.success) throw new InputError(`not a model of this version of isogloss: ${about.error.issues[0]!.message}`, 'Run its recipe again.', { file });
    const [vocabulary, encoder, head] = await Promise.all([
      readJson(path.join(folder, 'vocab.json')).then((json) => Vocabulary.fromJson(json, { file: path.join(folder, 'vocab.json') })),
      readPart(folder, 'encoder.onnx').then((bytes) => Encoder.fromBytes(about.data.encoder.name, bytes)),
      readPart(folder, 'head.onnx').then((bytes) => openSession(bytes)),
    ]);
    return new Model(about.data, vocabulary, encoder, head);
  }

  /** Runs recordings of like length (16 kHz mono) side by side. */
  async run(recordings: readonly Float32Array[]): Promise<Output[]> {
    const hidden = await this.encoder.run(recordings, this.about.layers);
    const width = this.about.layers.length * this.encoder.architecture.dims;
    const rows = recordings.length;
    const features = new Float32Array(rows * hidden.frames * width);
    // Rounded as the cached features were that the head learnt from.
    for (let row = 0; row < rows; row++) features.set(fromFloat16(toFloat16(rowOf(hidden, row, this.encoder.architecture.dims))), row * hidden.frames * width);
    const feeds = { features: floats(features, [rows, hidden.frames, width]), mask: floats(frameMask(hidden.frameCounts, hidden.frames), [rows, hidden.frames]) };
    const logits = floatData((await this.head.run(feeds)).logits!);
    const size = hidden.frames * this.vocabulary.size;
    return recordings.map((_, row) => ({
      logits: logits.subarray(row * size, row * size + hidden.frameCounts[row]! * this.vocabulary.size),
      frames: hidden.frameCounts[row]!,
    }));
  }

  async release(): Promise<void> {
    await Promise.all([this.encoder.release(), this.head.release()]);
  }
}

/** Writes a model folder; `model.json` last, so that a folder that has it is whole. */
export async function writeModel(folder: string, about: About, encoder: Encoder, vocabulary: Vocabulary, weights: Weights, card: string): Promise<void> {
  const network = new Network(false);
  const settings: HeadSettings = about.head;
  const logits = buildHead(network, settings, { layers: about.layers.length, dims: encoder.architecture.dims }, vocabulary.size);
  network.graph.output(logits, 'logits');
  await writeAtomic(path.join(folder, 'encoder.onnx'), encoder.bytes);
  await writeAtomic(path.join(folder, 'head.onnx'), encodeModel(network.graph, { weights }));
  await writeJson(path.join(folder, 'vocab.json'), vocabulary.toJson());
  await writeAtomic(path.join(folder, 'README.md'), card);
  await writeJson(path.join(folder, 'model.json'), about);
}

async function readPart(folder: string, name: string): Promise<Uint8Array> {
  const file = path.join(folder, name);
  return readFile(file).catch((error: unknown) => {
    throw new InputError(`the model has no ${name}`, 'The folder is not whole: copy all of it, or run its recipe again.', { file }, error);
  });
}
