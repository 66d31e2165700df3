import path from 'node:path';
import { minutesOf } from '../dataset/seconds.ts';
import type { TriedWeights } from '../decode/tune.ts';
import { bestOfNBest } from '../evaluate/measures.ts';
import { alignPairs, score, type AlignedPair, type Scores } from '../evaluate/score.ts';
import { scoreSpeakers } from '../evaluate/speakers.ts';
import { tokeniser } from '../evaluate/tokens.ts';
import { modelCard } from '../export/card.ts';
import { Decoder, NBEST, type Decoding } from '../model/decoder.ts';
import { Model } from '../model/model.ts';
import { originIn } from '../model/origin.ts';
import { writeModel } from '../model/model-folder.ts';
import type { Recipe } from '../recipe/schema.ts';
import { writeJson } from '../support/files.ts';
import type { Progress } from '../support/progress.ts';
import { marksTones, withoutTones } from '../text/tones.ts';
import { randomStart } from '../train/pretrained.ts';
import type { EpochRecord } from '../train/task.ts';
import { calibrate, confidenceOf } from './confidence.ts';
import { evaluateDecoders, evaluateModel, type Evaluated, type RecognisedWord } from './evaluate-model.ts';
import { measureForgetting } from './forgetting.ts';
import { elsewhere, learnLikeness } from './likeness.ts';
import type { Metrics, Reused } from './result.ts';
import { temperatureOf } from './temperature.ts';
import { trainStages, type StagesResult } from './train-stages.ts';
import { selfTrain, type SelfTraining } from './untranscribed/self-train.ts';
import { withDecoding } from './with-decoding.ts';
import type { Work } from './work.ts';

/** Copies of dev that confidences are calibrated on besides. */
const COPIES = [1, 2];

/** What a training gives the rest of the run to write down. */
export interface Trained {
  metrics: Metrics;
  epochs: EpochRecord[];
  /** What was there from before, of features and of epochs. */
  reused: Pick<Reused, 'features' | 'epochs'>;
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
    tier?: string;
    snr?: number;
    words: RecognisedWord[];
    nbest?: readonly string[];
  }[];
}

/**
 * Adapts an encoder to the prepared corpus, stage by stage, writes the model and measures it as it will be used: from
 * the sound, with the weights as they are stored. Trains the same head on an untrained encoder to compare, if the
 * recipe says so.
 */
export async function trainAndTest(work: Work): Promise<Trained> {
  const { recipe, prepared, folder, start } = work;
  const { trained, selfTraining } = await trainWith(work);
  const { parts, tried } = await withDecoding(work, trained.parts);
  const model = await Model.assemble(parts);
  const likeness = await learnLikeness(model, prepared, work.progress);
  model.compareWith(likeness);
  // Phones make no words that could be sure or unsure.
  const frames = recipe.text.unit === 'graphemes' ? await temperatureOf(model, prepared, work.progress) : undefined;
  if (frames) model.decoder.calibration = { temperature: frames.temperature, slope: 1, offset: 0 };
  const progressOf =
    (split: string): Progress =>
    (stage, total, unit) =>
      work.progress(`${stage} ${split}`, total, unit);
  const decoders = parts.about.decoding ? [model.decoder, new Decoder(prepared.vocabulary)] : [model.decoder];
  const dev = await evaluateModel(model, recipe, prepared, prepared.dev, progressOf('dev'));
  const tests = await evaluateDecoders(model, decoders, recipe, prepared, prepared.test, progressOf('test'));
  const heard = { dev, test: tests[0]! };
  // Dev in noise and rooms too, so that confidences hold where recordings are unlike those that were learnt from.
  const perturbed: Evaluated[] = [];
  for (const copy of frames ? COPIES : [])
    perturbed.push(
      await evaluateModel(
        model,
        recipe,
        elsewhere(prepared, copy),
        prepared.dev,
        progressOf(`dev in noise and rooms, ${copy} of ${COPIES.length}`),
      ),
    );
  const { curve, apply } = calibrate([heard.dev, ...perturbed]);
  const evaluated = { dev: apply(heard.dev), test: apply(heard.test) };
  const greedy = tests[1] && score(tests[1].pairs);
  const forgetting = start.model === undefined ? undefined : await measureForgetting(work, start.model, model);
  await model.release();
  const confidence = frames && confidenceOf(frames, evaluated.dev, evaluated.test, heard.test);
  const test = score(evaluated.test.pairs);
  const voices = voicesOf(work);
  const speakers = scoreSpeakers(evaluated.test.pairs, voices);
  const oracle = bestOfNBest(evaluated.test.pairs, tokeniser(recipe.text));
  const toneless = withoutTheirTones(evaluated.test.pairs, recipe);
  const minutes = minutesOf(prepared.train);
  if (tried.length > 0) await writeJson(path.join(folder, 'decoding-weights.json'), tried);
  await writeModel(
    path.join(folder, 'model'),
    {
      ...parts,
      likeness,
      about: {
        ...parts.about,
        ...(frames && curve ? { confidence: { temperature: frames.temperature, ...curve } } : {}),
      },
    },
    modelCard(recipe, test, minutes, work.sources, {
      origin: originIn(parts.about.encoder),
      sure: confidence?.threshold,
    }),
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
    ...(selfTraining ? { self_training: selfTraining } : {}),
    ...(forgetting ?? {}),
    ...(wantsBaseline ? { baseline: { test: await trainBaseline(work) } } : {}),
  };
  return {
    metrics,
    epochs: trained.epochs,
    reused: {
      features: { there: trained.features.cached, of: trained.features.cached + trained.features.computed },
      epochs: { there: trained.resumed, of: trained.epochs.length },
    },
    test: evaluated.test,
    tried,
    decoding: parts.about.decoding,
    hypotheses: hypothesesOf(evaluated, voices),
  };
}

/** The stages, and then what untranscribed speech adds, where there is any. */
async function trainWith(work: Work): Promise<{ trained: StagesResult; selfTraining?: SelfTraining }> {
  const supervised = await trainStages(work, work.folder);
  if (!work.untranscribed) return { trained: supervised };
  const { trained, report } = await selfTrain(work, work.untranscribed, supervised);
  return { trained, selfTraining: report };
}

/** Pairs once more without tones; nothing where there are none, or where phones are written. */
function withoutTheirTones(pairs: readonly AlignedPair[], { text }: Recipe): AlignedPair[] | undefined {
  if (text.unit === 'phones' || !marksTones(pairs.map(({ reference }) => reference))) return undefined;
  const bare = pairs.map((pair) => ({
    ...pair,
    reference: withoutTones(pair.reference),
    hypothesis: withoutTones(pair.hypothesis),
  }));
  return alignPairs(bare, tokeniser(text));
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

/** Speakers that training has heard, and that of an earlier model that it went on from. */
const voicesOf = ({ prepared, earlier }: Pick<Work, 'prepared' | 'earlier'>): Set<string> =>
  new Set([...prepared.train, ...(earlier?.prepared.train ?? [])].flatMap(({ utterance }) => utterance.speaker ?? []));

function hypothesesOf(
  evaluated: { dev: Evaluated; test: Evaluated },
  voices: ReadonlySet<string>,
): Trained['hypotheses'] {
  return (['dev', 'test'] as const).flatMap((split) =>
    evaluated[split].pairs.map(({ id, reference, hypothesis, seconds, speaker, file, tier, snr, nbest }, i) => ({
      split,
      id,
      reference,
      hypothesis,
      ...defined({
        seconds,
        speaker,
        speaker_seen: speaker === undefined ? undefined : voices.has(speaker),
        file,
        tier,
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
