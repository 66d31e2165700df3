import { onMachine, type MachineChoice } from '../onnx/runtime/machine.ts';
import type { RecipeInput } from '../recipe/schema.ts';
import type { Progress } from '../support/progress.ts';
import { runRecipe } from './run.ts';
import type { RunResult } from './result.ts';

/** How far the work is. */
export interface TrainProgress {
  /** `prepare`, `features`, `train`, … */
  stage: string;
  done: number;
  /** How many there are, where that is known. */
  total?: number;
  /** What is counted: `utterances`, `epochs`, … */
  unit?: string;
  /** A few words more: the loss. */
  note?: string;
}

export interface TrainOptions extends MachineChoice {
  /** Where run folders are; `runs` by default. */
  runs?: string;
  onProgress?: (progress: TrainProgress) => void;
  /** Stops it; the same call goes on from there. */
  signal?: AbortSignal;
}

/**
 * The main job in a program: prepares the corpus, computes features, trains, tests, writes a report and a model folder.
 * The same recipe again answers at once.
 * @param recipe an object with a recipe's fields, a file, or the name of a recipe
 * @throws InputError for a bad recipe or corpus, WorkError when the work itself fails
 * @example
 * const { folder, metrics } = await train({ name: 'mine', language: 'it', corpus: 'asterisk-it' }, { device: 'cpu' });
 * console.log(metrics.test.cer, `${folder}/model`);
 */
export function train(
  recipe: string | RecipeInput,
  { runs, onProgress, signal, ...machine }: TrainOptions = {},
): Promise<RunResult> {
  const progress = onProgress === undefined ? undefined : told(onProgress);
  return onMachine(machine, () =>
    runRecipe(recipe, {
      runs,
      progress,
      signal,
    }),
  );
}

function told(tell: (progress: TrainProgress) => void): Progress {
  return (stage, total, unit) => {
    const now: TrainProgress = { stage, done: 0, ...(total === undefined ? {} : { total }), ...(unit ? { unit } : {}) };
    const telling = (change: Partial<TrainProgress>): void => tell({ ...Object.assign(now, change) });
    telling({});
    return {
      advance: (by = 1) => telling({ done: now.done + by }),
      note: (note) => telling({ note }),
      done: (note) => telling({ done: total ?? now.done, note }),
    };
  };
}
