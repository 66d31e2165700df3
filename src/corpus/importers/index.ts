import { elan } from './elan.ts';
import type { Importer } from './importer.ts';
import { pairs } from './pairs.ts';
import { praat } from './praat.ts';

/** Everything that `corpus import` reads. */
export const importers: readonly Importer[] = [elan, praat, pairs];
