import { minimumFrames } from '../../ctc/feasible.ts';
import { frameCount } from '../../encoder/own/architecture.ts';
import type { Recipe } from '../../recipe/schema.ts';
import type { Relaxed } from '../../corpus/split/relaxed.ts';
import type { Trained } from '../train-and-test.ts';
import type { Item, Prepared } from '../../dataset/prepare.ts';
import { stagesOf } from '../../train/stages.ts';
import type { EpochRecord } from '../../train/task.ts';

/** What a finished run knows of itself. */
export interface RunFacts {
  recipe: Recipe;
  epochs: readonly EpochRecord[];
  /** Utterances of all splits, and those whose target needs more frames than their recording has. */
  utterances: number;
  tooLong: number;
  /** Rules of the split that could not be kept. */
  relaxed?: readonly Relaxed[];
  /** Tokens of dev and test together, and how often each occurs in them that training has not. */
  heldOutTokens: number;
  unseen: ReadonlyMap<string, number>;
  /** Files of the cache of features that were damaged on disk. */
  damaged?: number | undefined;
  /** Of dev, decoded with the weights that were kept. */
  hypotheses: readonly string[];
}

/**
 * A training of the run, or the only one. A loss is compared inside it: the next one learns something else, at another
 * rate.
 */
export interface StageFacts {
  epochs: readonly EpochRecord[];
  /** Where the recipe has its settings: `training`, or `stages[1]`. */
  field: string;
  settings: { epochs: number; learningRate: number };
}

export function stagesIn({ recipe, epochs }: RunFacts): StageFacts[] {
  return stagesOf(recipe)
    .map((settings, i) => ({
      epochs: epochs.filter(({ stage }) => stage === undefined || stage === settings.name),
      field: recipe.stages ? `stages[${i}]` : 'training',
      settings,
    }))
    .filter((stage) => stage.epochs.length > 0);
}

/** Gathers what `findProblems` looks at. */
export function factsOf(recipe: Recipe, prepared: Prepared, trained: Trained): RunFacts {
  const heldOut = [...prepared.dev, ...prepared.test];
  const setAside = prepared.setAside.filter(({ code }) => code === 'target-too-long').length;
  const unseen = new Map<string, number>();
  for (const { tokens } of heldOut) {
    const unknown = new Set(prepared.vocabulary.encode(tokens).unknown);
    for (const token of tokens) if (unknown.has(token)) unseen.set(token, (unseen.get(token) ?? 0) + 1);
  }
  return {
    recipe,
    epochs: trained.epochs,
    utterances: prepared.train.length + heldOut.length + setAside,
    relaxed: prepared.relaxed,
    damaged: trained.metrics.features.damaged,
    tooLong: setAside + heldOut.filter(isTooLong).length,
    heldOutTokens: heldOut.reduce((sum, { tokens }) => sum + tokens.length, 0),
    unseen,
    hypotheses: trained.hypotheses.filter(({ split }) => split === 'dev').map(({ hypothesis }) => hypothesis),
  };
}

const isTooLong = ({ target, samples }: Item): boolean => minimumFrames(target) > frameCount(samples);
