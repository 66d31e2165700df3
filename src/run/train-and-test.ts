import path from 'node:path';
import type { Terms } from '../corpus/source.ts';
import type { TriedWeights } from '../decode/tune.ts';
import { FeatureCache } from '../encoder/feature-cache.ts';
import type { FeatureReport } from '../encoder/features.ts';
import { bestOfNBest } from '../evaluate/measures.ts';
import { alignPairs, score, type AlignedPair, type Scores } from '../evaluate/score.ts';
import { scoreSpeakers } from '../evaluate/speakers.ts';
import { tokeniser } from '../evaluate/tokens.ts';
import { modelCard } from '../export/card.ts';
import { loadLanguageModel } from '../lm/load.ts';
import { Decoder, NBEST, type Decoding } from '../model/decoder.ts';
import { adapterOptions, Model, writeModel, type ModelParts } from '../model/model.ts';
import { hasTones, withoutTones } from '../text/tones.ts';
import type { Weights } from '../onnx/training/engine.ts';
import type { Recipe } from '../recipe/schema.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import { writeJson } from '../support/files.ts';
import type { Progress } from '../support/progress.ts';
import { calibrate, confidenceOf } from './confidence.ts';
import { evaluateModel, type Evaluated, type RecognisedWord } from './evaluate-model.ts';
import { recordEpoch } from '../train/epoch-log.ts';
import { train } from '../train/loop.ts';
import type { EpochRecord } from '../train/task.ts';
import { learnLanguage } from './language-model.ts';
import { measureForgetting, type EarlierRun } from './forgetting.ts';
import type { Prepared } from '../dataset/prepare.ts';
import type { Metrics } from './run.ts';
import { trainingSettings } from '../train/settings.ts';
import { examplesFor } from '../train/stage-examples.ts';
import { temperatureOf } from './temperature.ts';
import { tuneDecoding } from './tune-decoding.ts';
import { stagesOf, type Stage } from '../train/stages.ts';
import { headOf, spellingStart } from '../train/known-phones.ts';
import { extendVocabulary, layersOf, randomStart, trainedParts, type Pretrained } from '../train/pretrained.ts';
import { buildTrainable, cutOf, optimiserOf, type Shape } from '../train/trainable.ts';

export interface Work {
  recipe: Recipe;
  prepared: Prepared;
  folder: string;
  /** What training goes on from. */
  start: Pretrained;
  /** The run of the model that training goes on from, where it is there. */
  earlier?: EarlierRun | undefined;
  sources: readonly { name: string; source?: Terms }[];
  progress: Progress;
  signal?: AbortSignal;
}

/** What a training gives the rest of the run to write down. */
export interface Trained {
  metrics: Metrics;
  epochs: EpochRecord[];
  test: Evaluated;
  /** Weights of the language model that were tried on dev, and what was chosen. */
  tried: readonly TriedWeights[];
  decoding: Decoding | undefined;
  /** What `hypotheses.jsonl` holds. */
  hypotheses: {
    split: 'dev' | 'test';
    id: string;
    reference: string;
    hypothesis: string;
    seconds?: number;
    speaker?: string;
    speaker_seen?: boolean;
    file?: string;
    snr?: number;
    words: RecognisedWord[];
    nbest?: readonly string[];
  }[];
}

/**
 * Adapts an encoder to the prepared corpus, stage by stage, writes the model and measures it as it will be used: from the
 * sound, with the weights as they are stored. Trains the same head on an untrained encoder to compare, if the recipe says so.
 */
export async function trainAndTest(work: Work): Promise<Trained> {
  const { recipe, prepared, folder, start } = work;
  const trained = await trainStages(work, folder);
  const { parts, tried } = await withDecoding(work, trained.parts);
  const model = await Model.assemble(parts);
  // Phones make no words that could be sure or unsure.
  const frames = recipe.text.unit === 'graphemes' ? await temperatureOf(model, prepared) : undefined;
  if (frames) model.decoder.calibration = { temperature: frames.temperature, slope: 1, offset: 0 };
  const heard = {
    dev: await evaluateModel(model, recipe, prepared, prepared.dev),
    test: await evaluateModel(model, recipe, prepared, prepared.test),
  };
  const { curve, apply } = calibrate(heard.dev);
  const evaluated = { dev: apply(heard.dev), test: apply(heard.test) };
  const greedy =
    parts.about.decoding &&
    score((await evaluateModel(model, recipe, prepared, prepared.test, new Decoder(prepared.vocabulary))).pairs);
  const forgetting = start.model === undefined ? undefined : await measureForgetting(work, start.model, model);
  await model.release();
  const confidence = frames && confidenceOf(frames, evaluated.dev, evaluated.test, heard.test);
  const test = score(evaluated.test.pairs);
  const voices = voicesOf(work);
  const speakers = scoreSpeakers(evaluated.test.pairs, voices);
  const oracle = bestOfNBest(evaluated.test.pairs, tokeniser(recipe.text));
  const toneless = withoutTheirTones(evaluated.test.pairs, recipe);
  const minutes = prepared.train.reduce((sum, item) => sum + item.samples, 0) / 16000 / 60;
  if (tried.length > 0) await writeJson(path.join(folder, 'decoding-weights.json'), tried);
  await writeModel(
    path.join(folder, 'model'),
    {
      ...parts,
      about: {
        ...parts.about,
        ...(frames && curve ? { confidence: { temperature: frames.temperature, ...curve } } : {}),
      },
    },
    modelCard(recipe, test, minutes, work.sources, confidence?.threshold),
  );
  const wantsBaseline =
    recipe.baseline.random_encoder &&
    start.model === undefined &&
    start.own &&
    start.pretrained &&
    recipe.encoder.model !== 'random';
  const metrics: Metrics = {
    test,
    dev: score(evaluated.dev.pairs),
    train: {
      epochs: trained.epochs.length,
      seconds: trained.seconds,
      frames_per_second: trained.frames / trained.seconds,
      memory: trained.memory,
    },
    features: {
      seconds: trained.features.seconds,
      real_time_factor: trained.features.realTimeFactor ?? null,
      ...(trained.features.damaged > 0 ? { damaged: trained.features.damaged } : {}),
    },
    ...(confidence ? { confidence } : {}),
    ...(speakers ? { speakers } : {}),
    ...(oracle ? { oracle: { nbest: NBEST, test: score(oracle) } } : {}),
    ...(greedy ? { greedy: { test: greedy } } : {}),
    ...(toneless ? { without_tones: { test: score(toneless) } } : {}),
    ...(forgetting ?? {}),
    ...(wantsBaseline ? { baseline: { test: await trainBaseline(work) } } : {}),
  };
  return {
    metrics,
    epochs: trained.epochs,
    test: evaluated.test,
    tried,
    decoding: parts.about.decoding,
    hypotheses: hypothesesOf(evaluated, voices),
  };
}

/** Pairs once more without tones; nothing where there are none, or where phones are written. */
function withoutTheirTones(pairs: readonly AlignedPair[], { text }: Recipe): AlignedPair[] | undefined {
  if (text.unit === 'phones' || !pairs.some(({ reference }) => hasTones(reference))) return undefined;
  const bare = pairs.map((pair) => ({
    ...pair,
    reference: withoutTones(pair.reference),
    hypothesis: withoutTones(pair.hypothesis),
  }));
  return alignPairs(bare, tokeniser(text));
}

/** The model with what it needs to decode as the recipe says, and the weights that were tried on dev. */
async function withDecoding(
  { recipe, prepared, folder, progress, signal }: Work,
  parts: ModelParts,
): Promise<{ parts: ModelParts; tried: TriedWeights[] }> {
  if (recipe.decoding.method === 'greedy') return { parts, tried: [] };
  const { languageModel, words } = await learnLanguage(
    recipe,
    prepared,
    path.join(folder, 'language-model'),
    progress,
    signal,
  );
  const model = await Model.assemble(parts);
  const knowledge = {
    words,
    languageModel: languageModel === undefined ? undefined : await loadLanguageModel(languageModel),
  };
  const { decoding, tried } = await tuneDecoding(recipe, prepared, model, knowledge, progress);
  await model.release();
  return { parts: { ...parts, about: { ...parts.about, decoding }, languageModel, words }, tried };
}

/** The same head, trained the same way, on the encoder's network before it has learnt anything. */
async function trainBaseline(work: Work): Promise<Scores> {
  const progress: Progress = (stage, total, unit) => work.progress(`baseline: ${stage}`, total, unit);
  const recipe: Recipe = { ...work.recipe, train: 'head', stages: undefined };
  const trained = await trainStages(
    { ...work, recipe, start: await randomStart(recipe), progress },
    path.join(work.folder, 'baseline'),
  );
  const model = await Model.assemble(trained.parts);
  const { pairs } = await evaluateModel(model, recipe, work.prepared, work.prepared.test);
  await model.release();
  return score(pairs);
}

interface StagesResult {
  parts: ModelParts;
  epochs: EpochRecord[];
  seconds: number;
  frames: number;
  features: FeatureReport;
  memory: Metrics['train']['memory'];
}

/** Runs the stages one after the other; each starts from the weights that the one before left. */
export async function trainStages(work: Work, folder: string): Promise<StagesResult> {
  const { recipe, prepared, start } = work;
  const stages = stagesOf(recipe);
  const layers = start.layers ?? layersOf(recipe, start);
  const shape: Omit<Shape, 'encoder'> = {
    head: start.head ?? headOf(recipe, start, layers),
    layers,
    tokens: prepared.vocabulary.size,
    adapters: adapterOptions(
      start.adapters ?? (stages.some((stage) => stage.trainable === 'adapters') ? recipe.adapters : undefined),
    ),
    freeze: recipe.encoder.freeze,
  };
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
  const { recipe, prepared, start, progress, signal } = work;
  const encoder = await start.open(stage.trainable === 'all' ? undefined : cutOf({ encoder: start }, stage.trainable));
  // What an earlier stage has trained stays trained.
  for (const [name, data] of encoder.weights) if (!weights.has(name)) weights.set(name, data);
  const taught = stage.trainable === 'all' ? recipe.training.teacher?.layer : undefined;
  const shape: Shape = { ...common, encoder, taught };
  const cache = new FeatureCache(path.join(cacheFolder(), 'features'));
  const source = {
    shape,
    trainable: stage.trainable,
    start,
    recipe,
    prepared,
    cache,
    progress,
    ...(signal ? { signal } : {}),
  };
  const { train: trainExamples, dev, features, teaching } = await examplesFor(source);
  const named: Progress = only ? progress : (what, total, unit) => progress(`${stage.name}: ${what}`, total, unit);
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
    ...(signal ? { signal } : {}),
    onEpoch: (record) => recordEpoch(folder, inRun(record)),
  });
  function inRun(record: EpochRecord): EpochRecord {
    return { ...record, epoch: record.epoch + epochsBefore, ...(only ? {} : { stage: stage.name }) };
  }
  return { ...result, epochs: result.epochs.map(inRun), features };
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

/** Speakers that training has heard, and that of an earlier model that it went on from. */
const voicesOf = ({ prepared, earlier }: Pick<Work, 'prepared' | 'earlier'>): Set<string> =>
  new Set([...prepared.train, ...(earlier?.prepared.train ?? [])].flatMap(({ utterance }) => utterance.speaker ?? []));

function hypothesesOf(
  evaluated: { dev: Evaluated; test: Evaluated },
  voices: ReadonlySet<string>,
): Trained['hypotheses'] {
  return (['dev', 'test'] as const).flatMap((split) =>
    evaluated[split].pairs.map(({ id, reference, hypothesis, seconds, speaker, file, snr, nbest }, i) => ({
      split,
      id,
      reference,
      hypothesis,
      ...defined({
        seconds,
        speaker,
        speaker_seen: speaker === undefined ? undefined : voices.has(speaker),
        file,
        snr,
      }),
      words: evaluated[split].words[i]!,
      ...defined({ nbest }),
    })),
  );
}

/** Without the fields that are not there, as files have it. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
