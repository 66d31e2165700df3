import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isOwn } from '../encoder/own/encoder.ts';
import { readWeights } from '../encoder/own/weights.ts';
import { buildHead } from '../head/head.ts';
import type { Weights } from '../onnx/training/engine.ts';
import { importModel as readGraph } from '../onnx/file/import.ts';
import { Network } from '../onnx/graph/network.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { InputError } from '../support/errors.ts';
import { inFile } from '../support/in-file.ts';
import { decodeSafetensors, encodeSafetensors } from '../support/safetensors.ts';
import { copyAtomic, readJson, readText, writeAtomic, writeJson } from '../support/files.ts';
import { shaped } from '../support/shape.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import type { ModelParts } from './parts.ts';
import { aboutSchema, type About } from './about.ts';
import { adapterTensors } from './adapters.ts';
import { decodeLikeness, encodeLikeness } from './likeness.ts';

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
  if (existsSync(named) && !statSync(named).isDirectory())
    throw new InputError('a model is a folder, and this is a file in one', `Name the folder: ${path.dirname(named)}`, {
      file: named,
    });
  if (!existsSync(file))
    throw new InputError(
      'not a model folder: there is no model.json',
      'Name the folder of a finished run, e.g. runs/italian-10min-…, or the model folder in it.',
      { file: folder },
    );
  const about = await readAbout(folder);
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
  const [languageModel, words, likeness] = [LANGUAGE_MODEL, WORDS, LIKENESS].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  return {
    about,
    vocabulary,
    encoder,
    encoderFolder: folder,
    weights,
    ...(existsSync(languageModel) ? { languageModel } : {}),
    ...(existsSync(likeness) ? { likeness: decodeLikeness(await readPart(folder, LIKENESS), likeness) } : {}),
    ...(existsSync(words) ? { words: (await readText(words)).trimEnd().split('\n') } : {}),
  };
}

/** What a model folder says of itself. @throws InputError when its model.json is damaged */
export async function readAbout(folder: string): Promise<About> {
  const file = path.join(folder, 'model.json');
  return shaped(aboutSchema, await readJson(file), { file }, COPY_AGAIN);
}

/** Writes a model folder; `model.json` last, so that a folder that has it is whole. */
export async function writeModel(
  folder: string,
  { about, vocabulary, encoder, encoderFolder, weights, languageModel, words, likeness }: ModelParts,
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
  if (likeness) await writeAtomic(path.join(folder, LIKENESS), encodeLikeness(likeness));
  await writeJson(path.join(folder, 'vocab.json'), vocabulary.toJson());
  await writeAtomic(path.join(folder, 'README.md'), card);
  await writeJson(path.join(folder, 'model.json'), about);
}

/** How wide a head's input is: it normalises it, or is one matrix of it. */
const headDims = (about: About, weights: Weights, vocabulary: Vocabulary): number =>
  weights.get(widthIn(about))!.length / (about.head.plain ? vocabulary.size : 1);

/** The parameter that shows it. */
const widthIn = ({ head }: About): string => (head.plain ? 'head.out.weight' : 'head.input_norm.scale');

export const COPY_AGAIN = 'Copy the model folder again, whole; or run its recipe again.';

const ADAPTERS = 'adapters.safetensors';
const LANGUAGE_MODEL = 'language-model.bin';
const WORDS = 'words.txt';
const LIKENESS = 'likeness.safetensors';

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
