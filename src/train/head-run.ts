import path from 'node:path';
import type { Source } from '../corpus/source.ts';
import { frameCount } from '../encoder/architecture.ts';
import { loadEncoder, type Encoder } from '../encoder/encoder.ts';
import { FeatureCache } from '../encoder/feature-cache.ts';
import { computeFeatures, type FeatureReport, type Recording } from '../encoder/features.ts';
import { alignPairs, score, type AlignedPair, type Scores } from '../evaluate/score.ts';
import { buildHead } from '../head/head.ts';
import { modelCard } from '../model/card.ts';
import { writeModel } from '../model/model.ts';
import type { Weights } from '../onnx/engine.ts';
import type { Value } from '../onnx/graph.ts';
import { Network } from '../onnx/network.ts';
import type { Recipe } from '../recipe/schema.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import type { Progress } from '../support/progress.ts';
import { textToTokens } from '../text/targets.ts';
import type { Examples } from './examples.ts';
import { featureExamples } from './feature-examples.ts';
import { recordEpoch } from './epoch-log.ts';
import { train, type EpochRecord, type TrainingResult } from './loop.ts';
import { Measurer } from './measure.ts';
import { playAtSpeed } from './audio-augment.ts';
import type { Item, Prepared } from './prepare.ts';
import type { Metrics } from './run.ts';
import { trainingSettings } from './settings.ts';

export interface Work {
  recipe: Recipe;
  prepared: Prepared;
  folder: string;
  progress: Progress;
  signal?: AbortSignal;
}

/** What a training gives the rest of the run to write down. */
export interface Trained {
  metrics: Metrics;
  epochs: EpochRecord[];
  /** Of the test split. */
  pairs: AlignedPair[];
  hypotheses: { split: 'dev' | 'test'; id: string; reference: string; hypothesis: string }[];
}

/** Trains a head on a frozen encoder's features, and the same head on an untrained encoder's to compare. */
export async function trainHead(work: Work, sources: readonly { name: string; source?: Source }[]): Promise<Trained> {
  const { recipe, prepared, folder } = work;
  const encoder = await loadEncoder(recipe.encoder.model);
  const main = await trainOn(work, encoder, folder);
  const minutes = prepared.train.reduce((sum, item) => sum + item.samples, 0) / 16000 / 60;
  const about = {
    format: 'isogloss-model/1' as const, name: recipe.name, language: recipe.language, encoder: { name: encoder.name, hash: encoder.hash },
    layers: main.layers, head: recipe.head, text: recipe.text,
  };
  await writeModel(path.join(folder, 'model'), about, encoder, prepared.vocabulary, main.result.weights, modelCard(recipe, main.test, minutes, sources));
  await encoder.release();
  const baseline = recipe.baseline.random_encoder && recipe.encoder.model !== 'random' ? await trainBaseline(work) : undefined;
  return { metrics: metricsOf(main, baseline), epochs: main.result.epochs, pairs: main.pairs.test, hypotheses: hypothesesOf(main.pairs) };
}

async function trainBaseline(work: Work): Promise<Scores> {
  const encoder = await loadEncoder('random');
  const progress: Progress = (stage, total, unit) => work.progress(`baseline: ${stage}`, total, unit);
  const { test } = await trainOn({ ...work, progress }, encoder, path.join(work.folder, 'baseline'));
  await encoder.release();
  return test;
}

interface HeadTraining {
  layers: number[];
  features: FeatureReport;
  result: TrainingResult;
  pairs: { dev: AlignedPair[]; test: AlignedPair[] };
  dev: Scores;
  test: Scores;
}

async function trainOn(work: Work, encoder: Encoder, folder: string): Promise<HeadTraining> {
  const { recipe, prepared } = work;
  const layers = recipe.encoder.layer === 'mix' ? [...Array(encoder.layerCount).keys()] : [recipe.encoder.layer];
  const cache = new FeatureCache(path.join(cacheFolder(), 'features'));
  const heard = [...heardAt(prepared, prepared.train, recipe.training.speeds), ...heardAt(prepared, [...prepared.dev, ...prepared.test], [1])];
  const features = await computeFeatures(encoder, layers, heard, cache, work.progress, work.signal);
  const examples = (recordings: Heard[]): Examples =>
    featureExamples(recordings.map((r) => frameCount(r.samples)), layers.length * encoder.architecture.dims, recordings.map((r) => r.item.target),
      (i) => cache.read({ audio: recordings[i]!.key, encoder: encoder.hash, layers }));
  const build = (training: boolean): { network: Network; logits: Value } => {
    const network = new Network(training);
    return { network, logits: buildHead(network, recipe.head, { layers: layers.length, dims: encoder.architecture.dims }, prepared.vocabulary.size) };
  };
  const settings = trainingSettings(recipe);
  const dev = examples(heardAt(prepared, prepared.dev, [1]));
  const result = await train({
    build, blank: prepared.vocabulary.blank, train: examples(heardAt(prepared, prepared.train, recipe.training.speeds)), dev, settings, folder: path.join(folder, 'checkpoints'),
    progress: work.progress, ...(work.signal ? { signal: work.signal } : {}), onEpoch: (record) => recordEpoch(folder, record),
  });
  const pairsOf = (items: Item[], source: Examples): Promise<AlignedPair[]> => evaluated(recipe, prepared, items, source, build, settings.batchFrames, result.weights);
  const pairs = { dev: await pairsOf(prepared.dev, dev), test: await pairsOf(prepared.test, examples(heardAt(prepared, prepared.test, [1]))) };
  return { layers, features, result, pairs, dev: score(pairs.dev), test: score(pairs.test) };
}

/** A recording at some speed: what features are computed of. */
interface Heard extends Recording {
  item: Item;
}

function heardAt(prepared: Prepared, items: readonly Item[], speeds: readonly number[]): Heard[] {
  return speeds.flatMap((speed) => items.map((item) => {
    if (speed === 1) return { item, key: item.key, samples: item.samples, read: () => prepared.read(item) };
    const read = async (): Promise<Float32Array> => playAtSpeed(await prepared.read(item), speed);
    return { item, key: `${item.key} at ${speed}`, samples: Math.floor((item.samples - 1) / speed), read };
  }));
}

/** Decodes a split with the best weights and aligns what came out with the references. */
export async function evaluated(
  recipe: Recipe, prepared: Prepared, items: readonly Item[], examples: Examples, build: (training: boolean) => { network: Network; logits: Value },
  batchFrames: number, weights: Weights,
): Promise<AlignedPair[]> {
  const measurer = await Measurer.compile(build(false), examples, prepared.vocabulary.blank, batchFrames);
  const { hypotheses } = await measurer.measure(weights);
  await measurer.release();
  const phones = recipe.text.unit === 'phones';
  const textOf = (ids: Int32Array): string => (phones ? Array.from(ids, (id) => prepared.vocabulary.token(id)).join(' ') : prepared.vocabulary.decode(ids));
  const pairs = items.map((item, i) => ({
    id: item.utterance.id, reference: phones ? item.tokens.join(' ') : item.text, hypothesis: textOf(hypotheses[i]!), seconds: item.samples / 16000,
  }));
  return alignPairs(pairs, (text) => (phones ? text.split(' ').filter((p) => p !== '') : textToTokens(text, recipe.text.profile)));
}

/** What `hypotheses.jsonl` holds. */
export function hypothesesOf(pairs: HeadTraining['pairs']): Trained['hypotheses'] {
  return (['dev', 'test'] as const).flatMap((split) => pairs[split].map(({ id, reference, hypothesis }) => ({ split, id, reference, hypothesis })));
}

function metricsOf(main: HeadTraining, baseline: Scores | undefined): Metrics {
  return {
    test: main.test,
    dev: main.dev,
    train: { epochs: main.result.epochs.length, seconds: main.result.seconds, frames_per_second: main.result.framesPerSecond },
    features: { seconds: main.features.seconds, real_time_factor: main.features.realTimeFactor ?? null },
    ...(baseline ? { baseline: { test: baseline } } : {}),
  };
}
