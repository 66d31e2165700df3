import path from 'node:path';
import type { Source } from '../corpus/source.ts';
import { FeatureCache } from '../encoder/feature-cache.ts';
import type { FeatureReport } from '../encoder/features.ts';
import { score, type AlignedPair, type Scores } from '../evaluate/score.ts';
import { modelCard } from '../model/card.ts';
import { adapterOptions, Model, writeModel, type ModelParts } from '../model/model.ts';
import type { Weights } from '../onnx/engine.ts';
import type { Recipe } from '../recipe/schema.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import type { Progress } from '../support/progress.ts';
import { evaluateModel } from './evaluate-model.ts';
import { recordEpoch } from './epoch-log.ts';
import { train } from './loop.ts';
import type { EpochRecord } from './task.ts';
import { measureForgetting, type EarlierRun } from './forgetting.ts';
import type { Prepared } from './prepare.ts';
import type { Metrics } from './run.ts';
import { trainingSettings } from './settings.ts';
import { examplesFor } from './stage-examples.ts';
import { stagesOf, type Stage } from './stages.ts';
import { extendVocabulary, layersOf, randomStart, trainedParts, type StartingPoint } from './starting-point.ts';
import { buildTrainable, optimiserOf, type Shape } from './trainable.ts';

export interface Work {
  recipe: Recipe;
  prepared: Prepared;
  folder: string;
  /** What training goes on from. */
  start: StartingPoint;
  /** The run of the model that training goes on from, where it is there. */
  earlier?: EarlierRun | undefined;
  sources: readonly { name: string; source?: Source }[];
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

/**
 * Adapts an encoder to the prepared corpus, stage by stage, writes the model and measures it as it will be used: from the
 * sound, with the weights as they are stored. Trains the same head on an untrained encoder to compare, if the recipe says so.
 */
export async function adapt(work: Work): Promise<Trained> {
  const { recipe, prepared, folder, start } = work;
  const trained = await trainStages(work, folder);
  const model = await Model.assemble(trained.parts);
  const pairs = { dev: await evaluateModel(model, recipe, prepared, prepared.dev), test: await evaluateModel(model, recipe, prepared, prepared.test) };
  const forgetting = start.model === undefined ? undefined : await measureForgetting(work, start.model, model);
  await model.release();
  const test = score(pairs.test);
  const minutes = prepared.train.reduce((sum, item) => sum + item.samples, 0) / 16000 / 60;
  await writeModel(path.join(folder, 'model'), trained.parts, modelCard(recipe, test, minutes, work.sources));
  const wantsBaseline = recipe.baseline.random_encoder && start.model === undefined && start.pretrained && recipe.encoder.model !== 'random';
  const metrics: Metrics = {
    test,
    dev: score(pairs.dev),
    train: { epochs: trained.epochs.length, seconds: trained.seconds, frames_per_second: trained.frames / trained.seconds },
    features: { seconds: trained.features.seconds, real_time_factor: trained.features.realTimeFactor ?? null },
    ...(forgetting ?? {}),
    ...(wantsBaseline ? { baseline: { test: await trainBaseline(work) } } : {}),
  };
  return { metrics, epochs: trained.epochs, pairs: pairs.test, hypotheses: hypothesesOf(pairs) };
}

/** The same head, trained the same way, on the encoder's network before it has learnt anything. */
async function trainBaseline(work: Work): Promise<Scores> {
  const progress: Progress = (stage, total, unit) => work.progress(`baseline: ${stage}`, total, unit);
  const recipe: Recipe = { ...work.recipe, train: 'head', stages: undefined };
  const trained = await trainStages({ ...work, recipe, start: await randomStart(recipe), progress }, path.join(work.folder, 'baseline'));
  const model = await Model.assemble(trained.parts);
  const pairs = await evaluateModel(model, recipe, work.prepared, work.prepared.test);
  await model.release();
  return score(pairs);
}

interface StagesResult {
  parts: ModelParts;
  epochs: EpochRecord[];
  seconds: number;
  frames: number;
  features: FeatureReport;
}

/** Runs the stages one after the other; each starts from the weights that the one before left. */
async function trainStages(work: Work, folder: string): Promise<StagesResult> {
  const { recipe, prepared, start } = work;
  const stages = stagesOf(recipe);
  const shape: Shape = {
    architecture: start.architecture, head: start.head ?? recipe.head, layers: start.layers ?? layersOf(recipe, start.architecture), tokens: prepared.vocabulary.size,
    adapters: adapterOptions(start.adapters ?? (stages.some((stage) => stage.learns === 'adapters') ? recipe.adapters : undefined)), freeze: recipe.encoder.freeze,
  };
  const known = start.vocabulary ? extendVocabulary(start.weights, start.vocabulary, prepared.vocabulary) : start.weights;
  const weights: Weights = new Map(known);
  const result = { epochs: [] as EpochRecord[], seconds: 0, frames: 0, features: { seconds: 0, secondsOfAudio: 0, cached: 0, computed: 0 } as FeatureReport };
  for (const [i, stage] of stages.entries()) {
    const trained = await trainStage(work, { shape, stage, weights, folder, index: i, only: stages.length === 1, epochsBefore: result.epochs.length });
    for (const [name, data] of trained.weights) weights.set(name, data);
    result.epochs.push(...trained.epochs);
    result.seconds += trained.seconds;
    result.frames += trained.seconds * trained.framesPerSecond;
    result.features = added(result.features, trained.features);
  }
  return { ...result, parts: trainedParts(recipe, start, shape, stages, weights, prepared.vocabulary) };
}

interface StageWork {
  shape: Shape;
  stage: Stage;
  weights: Weights;
  folder: string;
  index: number;
  only: boolean;
  epochsBefore: number;
}

async function trainStage(work: Work, { shape, stage, weights, folder, index, only, epochsBefore }: StageWork) {
  const { recipe, prepared, start, progress, signal } = work;
  const cache = new FeatureCache(path.join(cacheFolder(), 'features'));
  const source = { shape, learns: stage.learns, start, recipe, prepared, cache, progress, ...(signal ? { signal } : {}) };
  const { train: trainExamples, dev, features } = await examplesFor(source);
  const named: Progress = only ? progress : (what, total, unit) => progress(`${stage.name}: ${what}`, total, unit);
  const result = await train({
    build: (training) => buildTrainable(shape, stage.learns, weights, training),
    blank: prepared.vocabulary.blank, train: trainExamples, dev, start: weights,
    optimiser: optimiserOf(shape, recipe, start.pretrained ? start.weights : new Map<string, Float32Array>()),
    settings: { ...trainingSettings(recipe), epochs: stage.epochs, learningRate: stage.learningRate, seed: only ? recipe.seed : `${recipe.seed}/${index}` },
    folder: path.join(folder, 'checkpoints', ...(only ? [] : [`${index + 1} ${stage.name}`])),
    progress: named, ...(signal ? { signal } : {}),
    onEpoch: (record) => recordEpoch(folder, inRun(record)),
  });
  function inRun(record: EpochRecord): EpochRecord {
    return { ...record, epoch: record.epoch + epochsBefore, ...(only ? {} : { stage: stage.name }) };
  }
  return { ...result, epochs: result.epochs.map(inRun), features };
}

function added(a: FeatureReport, b: FeatureReport): FeatureReport {
  const seconds = a.seconds + b.seconds;
  const audio = (report: FeatureReport): number => (report.realTimeFactor === undefined ? 0 : report.seconds / report.realTimeFactor);
  const computedAudio = audio(a) + audio(b);
  return {
    seconds, secondsOfAudio: b.secondsOfAudio, cached: a.cached + b.cached, computed: a.computed + b.computed,
    ...(computedAudio > 0 ? { realTimeFactor: seconds / computedAudio } : {}),
  };
}

/** What `hypotheses.jsonl` holds. */
function hypothesesOf(pairs: { dev: AlignedPair[]; test: AlignedPair[] }): Trained['hypotheses'] {
  return (['dev', 'test'] as const).flatMap((split) => pairs[split].map(({ id, reference, hypothesis }) => ({ split, id, reference, hypothesis })));
}

