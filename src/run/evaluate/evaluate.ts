import path from 'node:path';
import { AudioCache } from '../../audio/cache.ts';
import { corporaHere } from '../../dataset/corpora.ts';
import { breakDown, type Group } from '../../evaluate/breakdown.ts';
import { compareRuns, type Comparison } from '../../evaluate/compare.ts';
import type { LoadedPairs } from '../../evaluate/load.ts';
import { score, type AlignedPair, type Scores } from '../../evaluate/score.ts';
import { tokeniser } from '../../evaluate/tokens.ts';
import { Model } from '../../model/model.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { silent, type JobOptions, type Progress } from '../../support/progress.ts';
import { evaluateModel } from '../evaluate-model.ts';
import { heardBy, unheard, type Heard } from './heard.ts';
import { itemsFor, type EvaluatedPart } from './items.ts';
import { writeScoredFiles } from './scored-files.ts';

export interface EvaluateOptions extends JobOptions {
  /** `test` of a corpus that its publisher has divided, all of any other, if not said. */
  split?: EvaluatedPart | undefined;
  /** Folder for hypotheses and sclite's files, a folder in it for each of several models. */
  out?: string | undefined;
}

/** What models make of a corpus. */
export interface Evaluation {
  corpus: string;
  split: EvaluatedPart;
  /** Utterances that were left out since a training of one of the models has heard them. */
  heard: number;
  models: ModelScores[];
  setAside: SetAside[];
}

/** What one of them makes of it. */
export interface ModelScores {
  /** As it was named. */
  model: string;
  /** What its CER counts. */
  unit: 'graphemes' | 'phones';
  scores: Scores;
  /** Speakers by whether training has heard them, where the model's run is around it and knows its speakers. */
  voices?: { seen?: Scores; unseen?: Scores };
  speakers?: Group[];
  tiers?: Group[];
  /** Against the first model, which is A; absent where the two read the transcripts by different rules. */
  comparison?: Comparison;
  /** What was written. */
  files?: string[];
}

/**
 * Tries models on any corpus, each by its own text rules. What the training of any of them has heard is left out,
 * unless the corpus's train part is asked for.
 * @param models folders of runs, model folders, or published CTC models
 * @throws InputError for what is no model, a bad corpus, or a part that it hasn't
 * @example
 * const { models } = await evaluateModels(['runs/mine-1a2b3c4d'], 'asterisk-it', { out: 'scored' });
 * console.log(models[0]!.scores.cer);
 */
export async function evaluateModels(
  models: readonly string[],
  corpus: string,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  // Before models, which may be gigabytes to fetch.
  corporaHere({ corpus });
  const heard = await Promise.all(models.map(heardBy));
  const tried: Tried[] = [];
  for (const [i, model] of models.entries())
    tried.push(await tryModel({ model, corpus, options, heard, own: heard[i], folder: outFolder(models, i, options) }));
  const [first, ...others] = tried;
  for (const other of others) compareTo(first!, other);
  return {
    corpus,
    split: first!.split,
    heard: Math.max(...tried.map((each) => each.heard)),
    models: tried.map(({ scores }) => scores),
    setAside: distinct(tried.flatMap(({ setAside }) => setAside)),
  };
}

interface Trial {
  model: string;
  corpus: string;
  options: EvaluateOptions;
  heard: readonly (Heard | undefined)[];
  own: Heard | undefined;
  folder: string | undefined;
}

interface Tried {
  split: EvaluatedPart;
  scores: ModelScores;
  loaded: LoadedPairs;
  heard: number;
  setAside: SetAside[];
}

async function tryModel({ model: name, corpus, options, heard, own, folder }: Trial): Promise<Tried> {
  const { progress = silent, signal } = options;
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const model = await Model.load(name, { progress, signal });
  try {
    const found = await itemsFor(model, corpus, options.split, { cache, progress, signal });
    const { recipe, part, setAside } = found;
    const items = part === 'train' ? found.items : unheard(found.items, heard);
    if (items.length === 0) throw nothingNew(corpus, found.items.length, setAside);
    const named: Progress = (stage, total, unit) => progress(`${stage} ${path.basename(name)}`, total, unit);
    const evaluated = await evaluateModel(model, recipe, found, items, named);
    const rule = recipe.text;
    const files = folder && (await writeScoredFiles(folder, path.basename(name), evaluated, items, tokeniser(rule)));
    return {
      split: part,
      scores: { ...scoresOf(name, rule.unit, evaluated.pairs, own), ...(files ? { files } : {}) },
      loaded: { pairs: evaluated.pairs, rule },
      heard: found.items.length - items.length,
      setAside,
    };
  } finally {
    await model.release();
  }
}

function scoresOf(
  model: string,
  unit: ModelScores['unit'],
  pairs: readonly AlignedPair[],
  own: Heard | undefined,
): ModelScores {
  const voices = own && own.speakers.size > 0 ? voicesOf(pairs, own.speakers) : undefined;
  const has = (field: 'speaker' | 'tier'): boolean => pairs.some((pair) => pair[field] !== undefined);
  return {
    model,
    unit,
    scores: score(pairs),
    ...(voices ? { voices } : {}),
    ...(has('speaker') ? { speakers: breakDown(pairs, 'speaker') } : {}),
    ...(has('tier') ? { tiers: breakDown(pairs, 'tier') } : {}),
  };
}

function voicesOf(pairs: readonly AlignedPair[], heard: ReadonlySet<string>): ModelScores['voices'] {
  const known = pairs.filter(({ speaker }) => speaker !== undefined);
  const [seen, unseen] = [true, false].map((is) => known.filter(({ speaker }) => heard.has(speaker!) === is));
  return {
    ...(seen!.length > 0 ? { seen: score(seen!) } : {}),
    ...(unseen!.length > 0 ? { unseen: score(unseen!) } : {}),
  };
}

/** Two that read the transcripts otherwise can't be compared utterance by utterance. */
function compareTo(first: Tried, other: Tried): void {
  try {
    other.scores.comparison = compareRuns(first.loaded, other.loaded);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

function outFolder(models: readonly string[], i: number, { out }: EvaluateOptions): string | undefined {
  if (out === undefined || models.length === 1) return out;
  const nameOf = (model: string): string => model.replace(/[\\/]+(model[\\/]*)?$/, '').replace(/[\\/:]+/g, '_');
  return path.join(out, `${i + 1}-${nameOf(models[i]!).split('_').at(-1)!}`);
}

const distinct = (setAside: readonly SetAside[]): SetAside[] => [
  ...new Map(setAside.map((item) => [`${item.item}\n${item.reason}`, item])).values(),
];

function nothingNew(corpus: string, heard: number, setAside: readonly SetAside[]): InputError {
  if (heard > 0)
    return new InputError(
      `all ${heard} utterances of ${corpus} were heard in the training: errors on them would say nothing`,
      'Name a corpus, or with --split a part of it, that the model has not learnt from; --split ' +
        'train counts them anyway.',
    );
  return new InputError(
    `no utterance of ${corpus} can be used${setAside[0] ? `: ${setAside[0].item}: ${setAside[0].reason}` : ''}`,
    'isogloss corpus audit says what is wrong with it.',
  );
}
