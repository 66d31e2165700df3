import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { minutesOf, secondsOf } from '../../dataset/seconds.ts';
import { loadRecipe, recipeHash } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { withCacheInUse } from '../../support/cache-use.ts';
import { sha256 } from '../../support/files.ts';
import { withLock } from '../../support/lock.ts';
import { silent, type Progress } from '../../support/progress.ts';
import { beginningOf } from '../beginning.ts';
import { runFolder } from '../folder.ts';
import { inputsHash, inputsOf } from '../inputs.ts';
import { runRecipe } from '../run.ts';
import type { RunResult } from '../result.ts';
import { roundsFor } from './alternatives.ts';
import { blocksThatLearn, estimateOf, type Known } from './cost.ts';
import { chooseDecoding } from './decoding.ts';
import { fitToBudget } from './fit.ts';
import { TrialJournal, type Trial } from './journal.ts';
import { recipeName } from './new-recipe.ts';
import { timePace } from './pace.ts';
import { searchRecipe } from './search.ts';
import { startingRecipe, type Choice } from './starting-recipe.ts';
import { surveyCorpus, type CorpusSurvey } from './survey.ts';
import { reuseTraining, runTrial, trialFolder } from './trial.ts';
import { fitUntranscribed, untranscribedSeconds } from './untranscribed.ts';
import { writeRecipe } from './write-recipe.ts';

export interface AdaptOptions {
  /** Seconds for everything; 15 minutes, if absent. */
  budget?: number;
  /** Names the recipe; the corpus's name, if absent. */
  name?: string | undefined;
  /** BCP 47; what the manifest says, if absent. */
  language?: string | undefined;
  /**
   * A recipe to begin with, for its text rules, split and encoder, or the model that its `start` names, instead of one
   * by the corpus's size.
   */
  recipe?: string | undefined;
  /** Recordings that nobody has transcribed: folders, files or patterns. */
  untranscribed?: readonly string[] | undefined;
  /** Where run folders are; `runs` by default. */
  runs?: string;
  progress?: Progress;
  signal?: AbortSignal;
  /** Told of each trial as it ends. */
  onTrial?: (name: string, devCer: number | undefined, best: number) => void;
}

export interface AdaptResult extends RunResult {
  /** The recipe that was found, with a line of reason at each choice. */
  recipe: string;
  choices: Choice[];
  trials: Trial[];
  /** What was no better on dev. */
  rejected: string[];
  /** What there was no time for. */
  untried: string[];
  /** Whether choices were made by folds of train and dev, since dev is short. */
  folds: boolean;
}

/**
 * The main job for people: looks at a corpus, takes a sensible recipe for it, tries what may be better as long as the
 * budget lasts, by dev alone, and runs the best: test is looked at once, at the end. Killed, the same call goes on
 * where it was.
 * @param corpus names in ./corpora, or folders with a manifest.jsonl
 * @example const { metrics } = await adapt(['mboshi'], { language: 'mdw', budget: 900 });
 * @throws InputError for a bad corpus, WorkError when the work itself fails
 */
export async function adapt(corpus: readonly string[], options: AdaptOptions = {}): Promise<AdaptResult> {
  const { progress = silent, signal, runs = 'runs', budget = 15 * 60 } = options;
  const began = performance.now();
  const survey = await surveyCorpus(corpus, { progress, signal });
  const { recipe: asIs, choices } = await recipeToStartWith(corpus, survey, options);
  const { start, prepared: all } = await beginningOf(asIs, runs, { progress, signal });
  const { test, ...prepared } = all;
  // What was tried on other speech, or other texts, says nothing of these.
  const hash = sha256(`${recipeHash(asIs)} ${inputsHash(inputsOf(all, {}))}`);
  const folder = path.join(runs, `adapt-${asIs.name}-${hash.slice(0, 8)}`);
  await mkdir(folder, { recursive: true });
  const search = async (): Promise<AdaptResult> => {
    const pace = await timePace(asIs, prepared, { folder, began, start, progress, signal });
    const journal = await TrialJournal.open(folder);
    const blocks = blocksThatLearn(start);
    const known: Known = { pace, trials: [], corpus: secondsOf([...prepared.train, ...prepared.dev]), blocks };
    // Of test nothing but how long it is.
    const speech = { prepared, test: secondsOf(test), untranscribed: await untranscribedSeconds(asIs, signal) };
    const asked = fitUntranscribed(asIs, speech, known, budget - pace.ready);
    const fitted = fitToBudget(asked.recipe, speech, known, budget - pace.ready);
    const { parts } = fitted;
    const trials = path.join(folder, 'trials');
    const found = await searchRecipe(fitted.recipe, roundsFor(minutesOf(prepared.train), blocks, start), {
      journal,
      budget: budget - pace.ready,
      trainings: parts.length,
      estimate: (recipe) => estimateOf(recipe, parts, speech, { ...known, trials: journal.trials }),
      tryRecipe: (recipe, stop) => runTrial(recipe, parts, { folder: trials, start, progress, signal: stop }),
      signal,
      onTrial: options.onTrial,
    });
    const decoding = chooseDecoding(found.recipe);
    const chosen = [...choices, ...asked.choices, ...fitted.choices, ...found.choices, ...decoding.choices];
    const recipe = path.join(folder, 'recipe.yaml');
    await writeRecipe(recipe, decoding.recipe, chosen, found);
    const folds = parts.length > 1;
    if (!folds) await reuseTraining(trialFolder(trials, found.recipe), runFolder(decoding.recipe, runs));
    const result = await runRecipe(recipe, { runs, progress, signal });
    const { rejected, untried } = found;
    return { ...result, recipe, choices: chosen, trials: journal.trials, rejected, untried, folds };
  };
  return withLock(folder, () => withCacheInUse(search));
}

async function recipeToStartWith(
  corpus: readonly string[],
  survey: CorpusSurvey,
  { name, language, recipe, untranscribed }: AdaptOptions,
): Promise<{ recipe: Recipe; choices: Choice[] }> {
  // The untrained encoder is no part of the search, and takes as long as a training.
  const start =
    recipe !== undefined
      ? { recipe: { ...(await loadRecipe(recipe)), baseline: { random_encoder: false } }, choices: [] }
      : startingRecipe(survey, { name: name ?? recipeName(corpus), corpus, language });
  return untranscribed ? { ...start, recipe: { ...start.recipe, untranscribed: [...untranscribed] } } : start;
}
