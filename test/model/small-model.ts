import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Architecture } from '../../src/encoder/own/architecture.ts';
import { encodeEncoder, loadEncoder, Encoder } from '../../src/encoder/own/encoder.ts';
import { buildEncoder } from '../../src/encoder/own/network.ts';
import { buildHead, type HeadSettings } from '../../src/head/head.ts';
import { adapterOptions } from '../../src/model/adapters.ts';
import { writeModel } from '../../src/model/model-folder.ts';
import type { About, AdapterSettings } from '../../src/model/about.ts';
import type { Weights } from '../../src/onnx/training/engine.ts';
import { Network } from '../../src/onnx/graph/network.ts';
import { Random } from '../../src/support/random.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';

export interface SmallModel {
  encoder: 'embedded' | 'tiny';
  layers: readonly number[];
  head?: Partial<HeadSettings>;
  adapters?: AdapterSettings;
  /** What it writes. */
  letters?: readonly string[];
  /** Another one writes other nonsense. */
  seed?: string;
}

/** Graphemes of more than one character too, and punctuation, which some decoders would move. */
const LETTERS = [...'aeilnorst’.'.split(''), 'sch', 'ü'];
const TINY = {
  convWidths: [4, 4, 4, 4, 4, 4, 8],
  dims: 16,
  blocks: 2,
  heads: 2,
  feedForward: 16,
  positionKernel: 3,
  positionGroups: 4,
};

/** A model folder whose head was never trained: what it writes is nonsense, but always the same nonsense. */
export async function smallModel({
  encoder: which,
  layers,
  head: chosen,
  adapters,
  letters = LETTERS,
  seed = 'head',
}: SmallModel): Promise<string> {
  const folder = path.join(await mkdtemp(path.join(tmpdir(), 'model-')), 'model');
  const encoder = which === 'embedded' ? await loadEncoder('embedded') : await tinyEncoder();
  const vocabulary = Vocabulary.build([letters]);
  const head: HeadSettings = { kind: 'transformer', dims: 16, blocks: 1, context: 1, dropout: 0, ...chosen };
  const network = new Network(false);
  buildHead(network, head, { layers: layers.length, dims: encoder.architecture.dims }, vocabulary.size);
  const weights = network.initialise(new Random(seed));
  // Letters far apart, so that rounding changes none; the blank a little likelier, so that repeats come apart.
  const bias = weights.get('head.out.bias')!;
  for (const [name, data] of weights) if (name === 'head.out.weight') data.forEach((x, i) => (data[i] = 4 * x));
  bias[vocabulary.blank] = 1;
  bias[vocabulary.delimiter] = 2;
  const about: About = {
    format: 'isogloss-model/1',
    name: 'small',
    language: 'it',
    encoder: { name: which, hash: encoder.hash },
    layers: [...layers],
    head,
    text: {},
    ...(adapters ? { adapters } : {}),
  };
  if (adapters) addAdapters(weights, encoder.architecture, adapters);
  await writeModel(folder, { about, vocabulary, encoder: encoder.bytes, weights }, '# small\n');
  await encoder.release();
  return folder;
}

/** What adapters add to an encoder's parameters, all of it at random: fresh ones would change nothing. */
function addAdapters(weights: Weights, architecture: Architecture, settings: AdapterSettings): void {
  const [plain, adapted] = [new Network(false), new Network(false, adapterOptions(settings))];
  for (const network of [plain, adapted]) buildEncoder(network, architecture);
  const random = new Random('adapters');
  for (const [name, { dims }] of adapted.graph.parameters) {
    const size = (dims as number[]).reduce((a, d) => a * d, 1);
    if (!plain.graph.parameters.has(name))
      weights.set(
        name,
        Float32Array.from({ length: size }, () => 0.3 * random.normal()),
      );
  }
}

async function tinyEncoder(): Promise<Encoder> {
  const network = new Network(false);
  buildEncoder(network, TINY);
  return Encoder.fromBytes('tiny', encodeEncoder(network.initialise(new Random('encoder')), TINY));
}

/** Sound with pauses, hisses and hums: nothing that a recogniser knows, but never the same for long. */
export function speechlike(seconds: number, seed = 1): Float32Array {
  const random = new Random(seed);
  let [pitch, hiss, level, last] = [100, 0, 0, 0];
  return Float32Array.from({ length: Math.round(seconds * 16000) }, (_, i) => {
    if (i % 1600 === 0)
      [pitch, hiss, level] = [
        random.between(80, 900),
        random.next(),
        random.next() < 0.2 ? 0.001 : random.between(0.05, 0.4),
      ];
    last = 0.7 * last + 0.3 * random.normal();
    return level * (hiss * last + (1 - hiss) * Math.sin((2 * Math.PI * pitch * i) / 16000));
  });
}
