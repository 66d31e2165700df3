import type { Recipe } from '../../recipe/schema.ts';

/** More have gained nothing so far. */
export const MOST_ROUNDS = 3;

/** How often untranscribed speech is transcribed and learnt from, at most. */
export const roundsOf = ({ self_training: settings }: Recipe): number => settings?.rounds ?? MOST_ROUNDS;
