import { type RunFacts, stagesIn } from './findings/facts.ts';
import type { TrainingFinding } from './findings/finding.ts';
import { learningRateTooHigh } from './findings/learning-rate.ts';
import { allBlank } from './findings/all-blank.ts';
import { targetsTooLong, unseenSymbols } from './findings/corpus.ts';
import { devFarWorse } from './findings/overfitting.ts';

const ON_THE_SPLIT =
  'More recordings, of more speakers, would give a split without this; or write your own list: ' +
  'split.file in the recipe.';

/** Looks for training's classic failures. Nothing is wrong where none is found, but for what nobody has thought of. */
export function findProblems(facts: RunFacts): TrainingFinding[] {
  const stages = stagesIn(facts);
  const rate = stages.map((stage) => learningRateTooHigh(stage, facts)).find((finding) => finding !== undefined);
  // What came out is the last stage's.
  const last = stages.at(-1);
  const blank = last && allBlank(last, facts, rate);
  return [
    ...(facts.relaxed ?? []).map(({ code, what }) => ({ kind: code, what, advice: ON_THE_SPLIT })),
    damagedCache(facts),
    rate,
    blank,
    targetsTooLong(facts),
    unseenSymbols(facts),
    last && !rate && !blank ? devFarWorse(last, facts) : undefined,
  ].filter((finding) => finding !== undefined);
}

function damagedCache({ damaged = 0 }: RunFacts): TrainingFinding | undefined {
  if (damaged === 0) return undefined;
  return {
    kind: 'cache-damaged',
    what: `${damaged} files of the cache were no longer as they had been written, and were computed anew`,
    advice: 'The figures are sound. If it happens again, have the disk checked.',
  };
}
