import path from 'node:path';
import type { Architecture } from '../encoder/architecture.ts';
import { encodeEncoder } from '../encoder/encoder.ts';
import { buildEncoder } from '../encoder/network.ts';
import { score } from '../evaluate/score.ts';
import type { Value } from '../onnx/graph.ts';
import { linear } from '../onnx/layers.ts';
import { Network } from '../onnx/network.ts';
import { recipeSchema, type Recipe } from '../recipe/schema.ts';
import { writeAtomic, writeJson } from '../support/files.ts';
import { audioExamples } from './audio-examples.ts';
import type { Examples } from './examples.ts';
import { evaluated, hypothesesOf, type Trained, type Work } from './head-run.ts';
import { recordEpoch } from './epoch-log.ts';
import { train } from './loop.ts';
import type { Item } from './prepare.ts';
import { trainingSettings } from './settings.ts';

/** Trains a new encoder with a linear head on top, from the sound up, and writes it to `encoder.onnx` in the run's folder. */
export async function trainEncoder(work: Work): Promise<Trained> {
  const { recipe, prepared, folder } = work;
  const architecture = architectureOf(recipe);
  const build = (training: boolean): { network: Network; logits: Value } => {
    const network = new Network(training);
    const { hidden } = buildEncoder(network, architecture, training ? recipe.head.dropout : 0);
    return { network, logits: linear(network, hidden.at(-1)!, 'ctc', prepared.vocabulary.size) };
  };
  const examples = (items: Item[]): Examples =>
    audioExamples(items.map((item) => item.samples), items.map((item) => item.target), (i) => prepared.read(items[i]!), recipe.training.augment);
  const settings = trainingSettings(recipe);
  const dev = examples(prepared.dev);
  const result = await train({
    build, blank: prepared.vocabulary.blank, train: examples(repeated(recipe, prepared.train)), dev, settings, folder: path.join(folder, 'checkpoints'),
    progress: work.progress, ...(work.signal ? { signal: work.signal } : {}), onEpoch: (record) => recordEpoch(folder, record),
  });
  await writeAtomic(path.join(folder, 'encoder.onnx'), encodeEncoder(result.weights, architecture, { 'isogloss.recipe': recipe.name }));
  await writeJson(path.join(folder, 'vocab.json'), prepared.vocabulary.toJson());
  const pairsOf = (items: Item[], source: Examples) => evaluated(recipe, prepared, items, source, build, settings.batchFrames, result.weights);
  const pairs = { dev: await pairsOf(prepared.dev, dev), test: await pairsOf(prepared.test, examples(prepared.test)) };
  const metrics = {
    test: score(pairs.test),
    dev: score(pairs.dev),
    train: { epochs: result.epochs.length, seconds: result.seconds, frames_per_second: result.framesPerSecond },
    features: { seconds: 0, real_time_factor: null },
  };
  return { metrics, epochs: result.epochs, pairs: pairs.test, hypotheses: hypothesesOf(pairs) };
}

/** Items of several corpora have the corpus's name before their id. */
function repeated(recipe: Recipe, items: Item[]): Item[] {
  return items.flatMap((item) => new Array<Item>(recipe.training.repeat[item.utterance.id.split('/')[0]!] ?? 1).fill(item));
}

function architectureOf(recipe: Recipe): Architecture {
  const chosen = recipe.encoder.architecture ?? recipeSchema.shape.encoder.parse({ model: 'new', architecture: {} }).architecture!;
  return {
    convWidths: chosen.conv_widths, dims: chosen.dims, blocks: chosen.blocks, heads: chosen.heads, feedForward: chosen.feed_forward,
    positionKernel: chosen.position_kernel, positionGroups: chosen.position_groups,
  };
}
