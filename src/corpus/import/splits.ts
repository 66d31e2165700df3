import type { Part } from '../split/spoken.ts';

const NAMES: readonly (readonly [Part, RegExp])[] = [
  ['train', /^(train|training|trn)([-_].*)?$/i],
  ['dev', /^(dev|devel|development|valid|validation|val)([-_].*)?$/i],
  ['test', /^(test|tst|eval|evaluation)([-_].*)?$/i],
];

/** The part that a publisher's word for it means: `train-clean-100`, `validation`, `tst`. */
export function splitNamed(name: string): Part | undefined {
  return NAMES.find(([, pattern]) => pattern.test(name.trim()))?.[0];
}

/** The part that a file belongs to by the folders that it is in. */
export function splitIn(file: string): Part | undefined {
  for (const folder of file.split('/').slice(0, -1)) {
    const split = splitNamed(folder);
    if (split) return split;
  }
  return undefined;
}
