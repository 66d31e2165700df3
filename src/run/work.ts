import type { Terms } from '../corpus/source.ts';
import type { Prepared } from '../dataset/prepare.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Progress } from '../support/progress.ts';
import type { Pretrained } from '../train/pretrained.ts';
import type { EarlierRun } from './forgetting.ts';
import type { Untranscribed } from './untranscribed/recordings.ts';

/** What a run works on. */
export interface Work {
  recipe: Recipe;
  prepared: Prepared;
  folder: string;
  /** What training goes on from. */
  start: Pretrained;
  /** The run of the model that training goes on from, where it is there. */
  earlier?: EarlierRun | undefined;
  /** Speech that nobody has transcribed, where the recipe names any. */
  untranscribed?: Untranscribed | undefined;
  sources: readonly { name: string; source?: Terms }[];
  progress: Progress;
  signal?: AbortSignal;
}
