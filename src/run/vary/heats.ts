import { InputError, WorkError } from '../../support/errors.ts';
import type { Progress } from '../../support/progress.ts';
import { halve, shortened } from '../adapt/halving.ts';
import type { TrialJournal } from '../adapt/journal.ts';
import { inMinutes, TimedTrials, type Measured } from '../adapt/timed-trials.ts';
import { runTrial } from '../adapt/trial.ts';
import type { Contender } from './contenders.ts';
import { epochsOf, estimateFor, secondsInFull, sharesFor } from './race-plan.ts';

export interface HeatsOptions {
  journal: TrialJournal;
  /** Seconds for all heats, and for the run of the best. */
  budget: number;
  /** Seconds of it that are gone. */
  spent: () => number;
  /** Where trials keep their checkpoints. */
  folder: string;
  progress: Progress;
  signal?: AbortSignal | undefined;
  onTrial?: ((name: string, devCer: number | undefined) => void) | undefined;
}

/** What has become of a variant. */
export interface Raced {
  /** `head.dims=256`, beside the recipe. */
  set: string[];
  /** Epochs of its longest training that was finished, and how many it has in full. */
  epochs: { trained: number; of: number };
  /** At the end of that training: token errors a token of dev. */
  dev_cer?: number;
  /** Where it was not trained in full: why. */
  unfinished?: { code: 'behind' | 'no-time'; why: string };
}

/** A variant, and what is known of it so far. */
interface Runner extends Contender {
  trials: TimedTrials;
  result: Raced;
}

/** Variants against each other: shortly, the better half for longer, and so on, and what is left in full. */
export class Heats {
  private readonly runners: Runner[];
  private readonly options: HeatsOptions;

  constructor(contenders: readonly Contender[], options: HeatsOptions) {
    this.options = options;
    this.runners = contenders.map((contender) => ({
      ...contender,
      trials: trialsOf(contender, options),
      result: { set: [...contender.set], epochs: { trained: 0, of: epochsOf(contender.recipe) } },
    }));
  }

  /**
   * @returns which is best on dev of those that were trained in full
   * @throws InputError where not one of them fits into the budget, WorkError where it was spent before one was trained
   */
  async run(): Promise<number> {
    this.holdToBudget();
    let standing = this.runners;
    for (const share of sharesFor(this.runners, this.options.budget)) {
      const { kept, behind, untried } = await halve(standing, (runner) => this.train(runner, share));
      for (const { candidate, devCer } of behind) candidate.result.unfinished = fellBehind(candidate.result, devCer);
      for (const { candidate, noTime } of untried) candidate.result.unfinished = { code: 'no-time', why: noTime };
      if (kept.length === 0 && standing === this.runners) throw spentBefore(this.options);
      if (kept.length === 0) break;
      standing = kept.map(({ candidate }) => candidate);
    }
    // Whatever is best when the time is up is finished all the same.
    for (const [i, runner] of standing.entries()) await this.train(runner, 1, i === 0);
    const full = this.runners.filter(({ result }) => result.epochs.trained === result.epochs.of);
    const [best] = full.toSorted((a, b) => a.result.dev_cer! - b.result.dev_cer!);
    return this.runners.indexOf(best!);
  }

  /** Of each variant, in the order asked for. */
  results(): Raced[] {
    return this.runners.map(({ result }) => result);
  }

  private holdToBudget(): void {
    const { journal, budget, spent } = this.options;
    if (journal.trials.length > 0) return;
    const least = Math.min(...this.runners.map(secondsInFull));
    if (least <= budget - spent()) return;
    throw new InputError(
      `not one variant can be finished within ${inMinutes(budget)}: the quickest takes about ${inMinutes(least)}, ` +
        `and ${inMinutes(spent())} went by in getting ready`,
      'Give it a larger --budget, or fewer epochs.',
    );
  }

  /** @param always also where there is no time for it */
  private async train(runner: Runner, share: number, always = false): Promise<Measured> {
    const { recipe, set, heardThrough, trials, result } = runner;
    const tried = share < 1 ? shortened(recipe, share) : recipe;
    const trained = epochsOf(tried);
    const name = `${set.join(' ')}, ${trained} of ${result.epochs.of} epochs`;
    const measured = await trials.measure(heardThrough, name, tried, { always });
    if ('noTime' in measured) result.unfinished = { code: 'no-time', why: measured.noTime };
    else Object.assign(result, { epochs: { ...result.epochs, trained }, dev_cer: measured.devCer });
    if (result.epochs.trained === result.epochs.of) delete result.unfinished;
    return measured;
  }
}

function trialsOf(contender: Contender, { journal, budget, spent, folder, ...options }: HeatsOptions): TimedTrials {
  const { start, speech } = contender;
  const { progress, signal, onTrial } = options;
  return new TimedTrials({
    ...{ journal, budget, spent, trainings: 1, signal },
    estimate: (tried) => estimateFor(contender, tried, journal),
    tryRecipe: (tried, stop) => runTrial(tried, [speech.prepared], { folder, start, progress, signal: stop }),
    onTrial: (name, devCer) => onTrial?.(name, devCer),
  });
}

function fellBehind({ epochs: { trained, of } }: Raced, devCer: number): NonNullable<Raced['unfinished']> {
  const why = `CER on dev ${(100 * devCer).toFixed(1)} % after ${trained} of ${of} epochs: the better half went on`;
  return { code: 'behind', why };
}

const spentBefore = ({ budget }: HeatsOptions): WorkError =>
  new WorkError(
    `the budget of ${inMinutes(budget)} is spent, and not one variant has been trained yet`,
    'Give it a larger --budget: the same command goes on.',
  );
