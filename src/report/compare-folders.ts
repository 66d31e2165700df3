import { compareRuns, type Comparison, type Difference } from '../evaluate/compare.ts';
import { loadRun } from '../evaluate/load.ts';
import { writeAtomic } from '../support/files.ts';
import { renderComparison } from './comparison.ts';
import type { Difference as ShownDifference, Tested } from './data.ts';
import { finishedRun } from './finished-run.ts';

export interface CompareFoldersOptions {
  /** `test` by default. */
  split?: 'test' | 'dev';
  /** What the bootstrap draws: utterances by default; speakers where there are many. */
  resample?: 'utterance' | 'speaker';
  /** Also writes a page to look at: both runs' scores and utterances side by side. */
  page?: string | undefined;
}

/**
 * Is one run better than another, or is it chance? Paired bootstrap, and the matched-pairs test.
 * @param a the folder of a run, or a `hypotheses.jsonl`
 * @throws InputError when they were not tested on the same references, naming what differs
 * @example
 * const { verdict } = await compareRunFolders('runs/italian-10min-1a2b3c4d', 'runs/italian-10min-5e6f7a8b');
 */
export async function compareRunFolders(
  a: string,
  b: string,
  { split = 'test', resample = 'utterance', page }: CompareFoldersOptions = {},
): Promise<Comparison> {
  const comparison = compareRuns(await loadRun(a, split), await loadRun(b, split), resample);
  if (page !== undefined) {
    const [first, second] = [await finishedRun(a, split), await finishedRun(b, split)];
    await writeAtomic(page, renderComparison(first, second, testedOn(comparison)));
  }
  return comparison;
}

/** The page has the second run less the first. */
function testedOn({ cer, wer, unit, matched_pairs: matched, verdict }: Comparison): Tested {
  const shown = (name: string, { difference, difference_ci95: [low, high], p }: Difference): ShownDifference => ({
    name,
    value: -difference,
    interval: [-high, -low],
    pValue: p,
    note: 'paired bootstrap',
  });
  const pairs: ShownDifference = {
    name: 'WER',
    value: -wer.difference,
    pValue: matched.p,
    note: `matched pairs, ${matched.segments} segments`,
  };
  return { differences: [shown(unit === 'phones' ? 'PER' : 'CER', cer), shown('WER', wer), pairs], verdict };
}
