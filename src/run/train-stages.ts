import path from 'node:path';
import type { FeatureReport } from '../encoder/features.ts';
import type { ModelParts } from '../model/parts.ts';
import type { Weights } from '../onnx/training/engine.ts';
import type { Progress } from '../support/progress.ts';
import { recordEpoch } from '../train/epoch-log.ts';
import { spellingStart } from '../train/known-phones.ts';
import { train } from '../train/loop.ts';
import { extendVocabulary } from '../train/extend-vocabulary.ts';
import { trainedParts } from '../train/trained-parts.ts';
import { trainingSettings } from '../train/settings.ts';
import { examplesFor } from '../train/stage-examples.ts';
import { stagesOf, type Stage } from '../train/stages.ts';
import type { EpochRecord } from '../train/task.ts';
import { buildTrainable, optimiserOf, type Shape } from '../train/trainable.ts';
import type { Metrics } from './result.ts';
import { shapeOf, stageSource } from './stage-source.ts';
import type { Work } from './work.ts';

/** What the stages of a training leave. */
export interface StagesResult {
  parts: ModelParts;
  epochs: EpochRecord[];
  seconds: number;
  frames: number;
  features: FeatureReport;
  memory: Metrics['train']['memory'];
  /** Epochs that an earlier process had trained. */
  resumed: number;
}

/** Runs the stages one after the other; each starts from the weights that the one before left. */
export async function trainStages(work: Work, folder: string): Promise<StagesResult> {
  const { recipe, prepared, start } = work;
  const stages = stagesOf(recipe);
  const shape = shapeOf(work);
  const spelt =
    shape.head.phones && start.phones
      ? spellingStart(recipe, start.phones, (await start.open(start.top)).weights, prepared.vocabulary)
      : undefined;
  const known = start.vocabulary
    ? extendVocabulary(start.weights, start.vocabulary, prepared.vocabulary, spelt)
    : new Map([...start.weights, ...(spelt ?? [])]);
  const weights: Weights = new Map(known);
  const result = {
    epochs: [] as EpochRecord[],
    seconds: 0,
    frames: 0,
    features: { seconds: 0, secondsOfAudio: 0, cached: 0, computed: 0, damaged: 0 } as FeatureReport,
    memory: [] as Metrics['train']['memory'],
    resumed: 0,
  };
  for (const [i, stage] of stages.entries()) {
    const trained = await trainStage(work, {
      shape,
      stage,
      weights,
      folder,
      index: i,
      only: stages.length === 1,
      epochsBefore: result.epochs.length,
    });
    for (const [name, data] of trained.weights) weights.set(name, data);
    result.epochs.push(...trained.epochs);
    result.seconds += trained.seconds;
    result.resumed += trained.resumed;
    result.frames += trained.seconds * trained.framesPerSecond;
    result.features = added(result.features, trained.features);
    result.memory.push({
      mode: trained.memory.mode,
      expected: trained.memory.need.total,
      most: process.resourceUsage().maxRSS * 1024,
    });
  }
  return { ...result, parts: trainedParts(recipe, start, shape, stages, weights, prepared) };
}

interface StageWork {
  shape: Omit<Shape, 'encoder'>;
  stage: Stage;
  weights: Weights;
  folder: string;
  index: number;
  only: boolean;
  epochsBefore: number;
}

async function trainStage(work: Work, { shape: common, stage, weights, folder, index, only, epochsBefore }: StageWork) {
  const { recipe, prepared, progress, signal } = work;
  const source = await stageSource(work, common, stage);
  const { shape } = source;
  // What an earlier stage has trained stays trained.
  for (const [name, data] of shape.encoder.weights) if (!weights.has(name)) weights.set(name, data);
  const { train: trainExamples, dev, features, teaching } = await examplesFor(source);
  const named: Progress = only ? progress : (what, total, unit) => progress(`${stage.name}: ${what}`, total, unit);
  let fresh = 0;
  const result = await train({
    build: (training) => buildTrainable(shape, stage.trainable, weights, training),
    blank: prepared.vocabulary.blank,
    train: trainExamples,
    dev,
    start: weights,
    teaching,
    optimiser: optimiserOf(shape, recipe),
    settings: {
      ...trainingSettings(recipe),
      epochs: stage.epochs,
      learningRate: stage.learningRate,
      seed: only ? recipe.seed : `${recipe.seed}/${index}`,
    },
    folder: path.join(folder, 'checkpoints', ...(only ? [] : [`${index + 1} ${stage.name}`])),
    progress: named,
    signal,
    onEpoch: (record) => {
      fresh++;
      return recordEpoch(folder, inRun(record));
    },
  });
  function inRun(record: EpochRecord): EpochRecord {
    return { ...record, epoch: record.epoch + epochsBefore, ...(only ? {} : { stage: stage.name }) };
  }
  const epochs = result.epochs.map(inRun);
  return { ...result, epochs, features, resumed: epochs.length - fresh };
}

function added(a: FeatureReport, b: FeatureReport): FeatureReport {
  const seconds = a.seconds + b.seconds;
  const audio = (report: FeatureReport): number =>
    report.realTimeFactor === undefined ? 0 : report.seconds / report.realTimeFactor;
  const computedAudio = audio(a) + audio(b);
  return {
    seconds,
    secondsOfAudio: b.secondsOfAudio,
    cached: a.cached + b.cached,
    computed: a.computed + b.computed,
    damaged: a.damaged + b.damaged,
    ...(computedAudio > 0 ? { realTimeFactor: seconds / computedAudio } : {}),
  };
}
