import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { AudioCache } from '../../audio/cache.ts';
import { audioPath } from '../../corpus/manifest.ts';
import { findCorpus } from '../../corpus/source.ts';
import type { AnnotationSource } from '../../corpus/utterance.ts';
import { decodeAll } from '../../dataset/decode-items.ts';
import { prepare, type Unlabelled } from '../../dataset/prepare.ts';
import { normalisedTexts } from '../../dataset/texts.ts';
import { Model } from '../../model/model.ts';
import { recipeSchema, type Recipe } from '../../recipe/schema.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import { InputError } from '../../support/errors.ts';
import { readText } from '../../support/files.ts';
import { silent, type JobOptions, type Progress } from '../../support/progress.ts';
import { openPretrained } from '../../train/pretrained.ts';
import { readInputs } from '../inputs.ts';
import { trainStages } from '../train-stages.ts';
import { inFolds } from '../adapt/folds.ts';
import { judge, type Judged } from './judge.ts';

/** An utterance whose transcript the model does not believe. */
export interface Suspect {
  item: string;
  /** As it is compared: by the recipe's rules. */
  transcript: string;
  heard: string;
  why: 'other-words' | 'no-path';
  /** Nats a letter by which what was heard is likelier than the transcript; not where no path fits. */
  margin?: number;
  cer: number;
  /** How sure the model is of what it heard. */
  confidence?: number;
  /** Whether the model has learnt from this very transcript: then it believes it more than it should. */
  learnt: boolean;
  source?: AnnotationSource;
}

export interface Suspicion {
  run: string;
  judged: number;
  /** Of these: judged by a model that has learnt from them. */
  learnt: number;
  /** The worst first. */
  suspects: Suspect[];
}

export interface SuspectOptions extends JobOptions {
  /** In how many folds heads are trained anew without what they judge; none, if absent. */
  folds?: number | undefined;
}

/**
 * Finds transcripts that don't fit what a run's model hears: those that are far less likely than what it would write,
 * by the measure of the corpus's other utterances. Many are right all the same; the first ones are worth a listen.
 * @param corpus a name in ./corpora, or a folder with a manifest.jsonl
 * @param run folder of a finished run
 * @throws InputError where the run is none, or does not say what it has learnt from
 */
export async function findSuspects(corpus: string, run: string, options: SuspectOptions = {}): Promise<Suspicion> {
  const { folds, progress = silent, signal } = options;
  const recipe = await recipeOf(run);
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const read = ({ folder, utterance }: Unlabelled): Promise<Float32Array> =>
    cache.read(audioPath(folder, utterance), utterance);
  const { items } = await normalisedTexts({ ...recipe, corpus }, [placeOf(corpus)], []);
  const decoded = await decodeAll(items, cache, [], { progress, signal });
  const learnt = await learntBy(run);
  const isLearnt = ({ key }: Unlabelled): boolean => learnt.has(key.slice(0, HASH));

  const anew = folds === undefined ? new Set<Unlabelled>() : new Set(decoded.filter(isLearnt));
  const model = await Model.load(run);
  const others = await judge(
    model,
    recipe,
    decoded.filter((item) => !anew.has(item)),
    read,
  );
  await model.release();
  const inFold =
    folds !== undefined && anew.size > 0
      ? await judgeInFolds(recipe, [...anew], folds, read, { cache, progress, signal })
      : [];
  const judged = [...others, ...inFold];
  const byModelThatLearnt = (item: Unlabelled): boolean => isLearnt(item) && !anew.has(item);
  return {
    run,
    judged: judged.length,
    learnt: judged.filter(({ item }) => byModelThatLearnt(item)).length,
    suspects: suspicious(judged).map((one) => suspectOf(one, byModelThatLearnt(one.item))),
  };
}

/** Digits of the hashes in `inputs.jsonl`. */
const HASH = 16;

async function recipeOf(run: string): Promise<Recipe> {
  const lock = await readText(path.join(run, 'recipe.lock.yaml')).catch((error: unknown) => {
    throw new InputError(
      'not the folder of a finished run',
      'Name one, e.g. runs/abui-1a2b3c4d.',
      { file: run },
      error,
    );
  });
  return recipeSchema.parse((parse(lock) as { recipe: unknown }).recipe);
}

const placeOf = (corpus: string): { name: string; folder: string } => {
  const { name, folder } = findCorpus(corpus);
  return { name, folder };
};

/** Hashes of the sounds whose transcripts a run has learnt from. */
async function learntBy(run: string): Promise<ReadonlySet<string>> {
  const inputs = await readInputs(run);
  if (!inputs)
    throw new InputError(
      'the run doesn’t say what it has learnt from: it has no inputs.jsonl',
      'Run its recipe again.',
      {
        file: run,
      },
    );
  return new Set(inputs.utterances.filter(({ split }) => split === 'train').map(({ audio }) => audio));
}

/** Each fold is judged by a model that was trained as the run's was, without it. */
async function judgeInFolds(
  recipe: Recipe,
  wanted: readonly Unlabelled[],
  folds: number,
  read: (item: Unlabelled) => Promise<Float32Array>,
  { cache, progress, signal }: { cache: AudioCache; progress: Progress; signal: AbortSignal | undefined },
): Promise<Judged[]> {
  if (recipe.start !== undefined)
    throw new InputError(
      'the model went on from another one, which may have learnt from these transcripts too',
      'Leave --folds out, or name a run whose recipe has no start.',
    );
  const prepared = await prepare(recipe, cache, { progress, signal });
  const start = await openPretrained(recipe, { progress, signal });
  const place = await mkdtemp(path.join(tmpdir(), 'isogloss-folds-'));
  const byKey = new Map(wanted.map((item) => [item.key, item]));
  const judged: Judged[][] = [];
  try {
    for (const [i, held] of inFolds(prepared.train, folds, recipe.seed).entries()) {
      const named: Progress = (stage, total, unit) => progress(`fold ${i + 1} of ${folds}: ${stage}`, total, unit);
      const folder = path.join(place, String(i + 1));
      const part = { ...prepared, train: prepared.train.filter((item) => !held.includes(item)), test: [] };
      const work = { recipe, prepared: part, folder, start, sources: [], progress: named, ...(signal && { signal }) };
      const model = await Model.assemble((await trainStages(work, folder)).parts);
      judged.push(
        await judge(
          model,
          recipe,
          held.flatMap(({ key }) => byKey.get(key) ?? []),
          read,
        ),
      );
      await model.release();
    }
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  return judged.flat();
}

/** Robust standard deviations above the corpus's usual margin; and so many nats a letter more than usual at least. */
const [FAR, LEAST_MORE] = [4, 2];

/** What stands out in its corpus: a model that is often wrong has wide margins everywhere. */
export function suspicious(judged: readonly Judged[]): Judged[] {
  const margins = judged.map(({ margin }) => margin).filter(Number.isFinite);
  const middle = median(margins);
  const spread = 1.4826 * median(margins.map((margin) => Math.abs(margin - middle)));
  const limit = middle + Math.max(LEAST_MORE, FAR * spread);
  return judged.filter(({ margin }) => margin > limit).sort((a, b) => b.margin - a.margin || b.cer - a.cer);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function suspectOf({ item: { utterance, text }, heard, margin, cer, confidence }: Judged, learnt: boolean): Suspect {
  return {
    ...{ item: utterance.id, transcript: text, heard },
    ...(Number.isFinite(margin) ? { why: 'other-words', margin } : { why: 'no-path' }),
    cer,
    ...(confidence !== undefined && { confidence }),
    learnt,
    ...(utterance.source && { source: utterance.source }),
  };
}
