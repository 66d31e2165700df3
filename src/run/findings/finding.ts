import type { Relaxed } from '../../corpus/split/relaxed.ts';

/**
 * Something that went wrong in training as it is known to, or that makes its figures worth less, as this run shows it.
 */
export interface TrainingFinding {
  kind:
    | 'learning-rate-too-high'
    | 'all-blank'
    | 'targets-too-long'
    | 'unseen-symbols'
    | 'dev-far-worse'
    | 'cache-damaged'
    | Relaxed['code'];
  /** What was seen, with the numbers. */
  what: string;
  /** Which field of the recipe to change to what, or what to look at. */
  advice: string;
}
