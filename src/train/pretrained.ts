import path from 'node:path';
import type { Architecture } from '../encoder/own/architecture.ts';
import { encodeEncoder, hasQuantised, isOwn, untrained, readArchitecture } from '../encoder/own/encoder.ts';
import { openEncoder } from '../encoder/open.ts';
import { exportedLayers, exportedWhole, ownLayers, type LayerBuilder } from '../encoder/own/layer-builder.ts';
import type { FetchOptions } from '../encoder/hub/from-hub.ts';
import type { Preprocessor } from '../encoder/exported/preprocessor.ts';
import { readSource } from '../encoder/quantised.ts';
import { originOf, type Origin } from '../encoder/licence.ts';
import { findEncoder, type EncoderSource } from '../encoder/source.ts';
import { openUpper, openWhole, quantisedCannotLearn } from '../encoder/exported/split.ts';
import { readPhones, type KnownPhones } from '../encoder/own/phones.ts';
import { tensorName } from '../encoder/exported/upper-plan.ts';
import { readWeights } from '../encoder/own/weights.ts';
import type { HeadSettings } from '../head/head.ts';
import { originIn } from '../model/origin.ts';
import { readModel } from '../model/read-model.ts';
import type { AdapterSettings } from '../model/about.ts';
import type { Weights } from '../onnx/training/engine.ts';
import { withWeights } from '../onnx/file/with-weights.ts';
import { inFile } from '../support/in-file.ts';
import { InputError } from '../support/errors.ts';
import { recipeSchema, type Recipe } from '../recipe/schema.ts';
import type { Vocabulary } from '../text/vocabulary.ts';

/** What training goes on from: an encoder, or the whole model of an earlier run. */
export interface Pretrained {
  name: string;
  /** Numbers a frame, and the highest hidden layer. */
  dims: number;
  top: number;
  /** Whether the encoder has learnt anything. */
  pretrained: boolean;
  /** Whether it is isogloss's network. */
  own: boolean;
  /** Its layers for training. @param cut the lowest that comes from the cache; absent from the sound up */
  open(cut?: number): Promise<LayerBuilder>;
  /** The phones that it has learnt to write, if any. */
  phones?: KnownPhones | undefined;
  /** The file of the encoder with other weights, and other phones where it has learnt them anew. */
  encode(
    weights: Weights,
    options: { metadata: Readonly<Record<string, string>>; phones?: KnownPhones | undefined },
  ): Uint8Array;
  /** Bytes of its .onnx file; absent for a new encoder. */
  encoder?: Uint8Array;
  /** Where its weights lie, if not in those bytes. */
  folder?: string | undefined;
  /** How its input is made, where its makers say so. */
  preprocessor?: Preprocessor | undefined;
  /** The encoder that all training began with, unless with none. */
  origin?: Origin | undefined;
  /** Where its files came from, if the recipe names it. */
  source?: EncoderSource;
  /** Of head and adapters, where they are there. */
  weights: Weights;
  /** An earlier model's folder, and what it has besides the encoder. */
  model?: string;
  head?: HeadSettings;
  layers?: readonly number[];
  adapters?: AdapterSettings | undefined;
  vocabulary?: Vocabulary;
}

/**
 * The encoder that a recipe names; what of it is on the Hub and not in the cache is fetched.
 * @throws InputError when it is not there, WorkError when it can't be got
 */
export async function openPretrained(recipe: Recipe, options: FetchOptions = {}): Promise<Pretrained> {
  const { model } = recipe.encoder;
  if (model === 'new') return { ...ownEncoder(model, architectureOf(recipe)), pretrained: false };
  if (model === 'random') return randomStart(recipe);
  const source = await findEncoder(recipe.encoder, { ...options, also: ['README.md'] });
  const pretrained = await inFile(source.file, GET_AGAIN, async () =>
    fromBytes(model, await readSource(source), path.dirname(source.file), source.preprocessor),
  );
  return { ...pretrained, source, origin: await originOf(source) };
}

const GET_AGAIN = 'Get the encoder’s files again, whole.';

/** The network of a recipe's own encoder before it had learnt anything; of `random`, the embedded one's. */
export async function randomStart({ encoder: { model } }: Recipe): Promise<Pretrained> {
  const bytes = await untrained(model === 'random' ? 'embedded' : model);
  return { ...(await fromBytes('random', bytes)), pretrained: model === 'random' };
}

/** @throws InputError when the folder is no model */
export async function fromModel(folder: string, options: FetchOptions = {}): Promise<Pretrained> {
  const { about, vocabulary, encoder, encoderFolder, weights } = await readModel(folder, options);
  return {
    ...(await fromBytes(about.encoder.name, encoder, encoderFolder, about.encoder.preprocessor)),
    model: folder,
    origin: originIn(about.encoder),
    weights,
    head: about.head,
    layers: about.layers,
    adapters: about.adapters,
    vocabulary,
  };
}

async function fromBytes(
  name: string,
  bytes: Uint8Array,
  folder?: string,
  preprocessor?: Preprocessor,
): Promise<Pretrained> {
  if (!isOwn(bytes)) return exportedEncoder(name, bytes, { folder, preprocessor });
  const start = {
    ...ownEncoder(name, readArchitecture(name, bytes), readWeights(bytes), readPhones(bytes)),
    encoder: bytes,
  };
  return hasQuantised(bytes) ? { ...start, open: (cut) => openQuantised(start, cut) } : start;
}

/** Nothing of such an encoder learns: there is only what a head stands on. */
async function openQuantised(start: Pretrained, cut: number | undefined): Promise<LayerBuilder> {
  if (cut === start.top) return start.open(cut);
  throw quantisedCannotLearn('q8', 'Take it as it was, without `encoder.dtype: q8`');
}

/** An encoder of which nothing learns: a head takes its features as they are. */
export const frozenLayers = (dims: number, top: number): LayerBuilder => ({
  dims,
  top,
  weights: new Map(),
  upper: () => [],
  layerOf: () => 0,
  isConvolution: () => false,
});

/** An encoder of the Wav2Vec2 family that others exported. */
async function exportedEncoder(
  name: string,
  bytes: Uint8Array,
  options: Pick<Pretrained, 'folder' | 'preprocessor'>,
): Promise<Pretrained> {
  const encoder = await openEncoder(name, bytes, { ...options, upTo: 0 });
  await encoder.release();
  const [dims, top] = [encoder.dims, encoder.layerCount - 1];
  const frozen = frozenLayers(dims, top);
  const openAt = async (cut: number | undefined): Promise<LayerBuilder> => {
    if (cut === undefined) return exportedWhole(await openWhole(bytes, options));
    return cut >= top ? frozen : exportedLayers(await openUpper(bytes, cut, options));
  };
  return {
    name,
    dims,
    top,
    pretrained: true,
    own: false,
    encoder: bytes,
    ...options,
    weights: new Map(),
    open: openAt,
    encode: (weights) =>
      withWeights(bytes, new Map([...weights].map(([parameter, data]) => [tensorName(parameter), data]))),
  };
}

function ownEncoder(
  name: string,
  architecture: Architecture,
  weights: Weights = new Map(),
  phones?: KnownPhones,
): Pretrained {
  const builder = ownLayers(architecture, weights);
  return {
    name,
    dims: builder.dims,
    top: builder.top,
    pretrained: true,
    own: true,
    weights: new Map(),
    phones,
    open: () => Promise.resolve(builder),
    encode: (changed, options) => encodeEncoder(changed, architecture, { phones, ...options }),
  };
}

function architectureOf(recipe: Recipe): Architecture {
  const chosen =
    recipe.encoder.architecture ?? recipeSchema.shape.encoder.parse({ model: 'new', architecture: {} }).architecture!;
  return {
    convWidths: chosen.conv_widths,
    dims: chosen.dims,
    blocks: chosen.blocks,
    heads: chosen.heads,
    feedForward: chosen.feed_forward,
    positionKernel: chosen.position_kernel,
    positionGroups: chosen.position_groups,
  };
}

/** @throws InputError for a layer that the encoder doesn't have */
export function layersOf(recipe: Recipe, { top: blocks }: Pretrained): number[] {
  const { layer } = recipe.encoder;
  if (layer === 'mix') return [...Array(blocks + 1).keys()];
  if (layer > blocks)
    throw new InputError(
      `encoder.layer: this encoder has layers 0 to ${blocks}, not ${layer}`,
      'Choose one of them, or `mix`.',
    );
  return [layer];
}
