import type { Data } from '../../export/hub-card.ts';
import type { Metrics } from '../result.ts';
import type { Beside } from './beside.ts';
import type { RunInputs } from '../inputs.ts';
import { inputsHash } from '../inputs.ts';
import { recipeHash } from '../../recipe/hash.ts';
import type { RunLock } from '../runs/run-folder.ts';

/** What the papers of an archive are written from. */
export interface AboutRun {
  lock: RunLock;
  inputs: RunInputs;
  metrics: Metrics;
  sources: readonly Data[];
  withTexts: boolean;
  beside: readonly Beside[];
}

/** CITATION.cff 1.2.0, as plain values: https://github.com/citation-file-format/citation-file-format */
export function citation({ lock: { recipe, locked }, inputs, metrics, sources }: AboutRun): object {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return {
    'cff-version': '1.2.0',
    message: 'Write your names into authors, then cite it so.',
    type: 'software',
    title: `${recipe.title ?? recipe.name}: a speech recogniser for ${recipe.language}`,
    version: `${recipeHash(recipe).slice(0, 8)}-${inputsHash(inputs)}`,
    authors: [{ name: 'Authors to be named' }],
    abstract:
      `Trained on ${locked.train.minutes} minutes of speech; on ${metrics.test.utterances} test utterances ` +
      `CER ${percent(metrics.test.cer)}, WER ${percent(metrics.test.wer)}.`,
    references: [
      {
        type: 'software',
        title: 'isogloss',
        ...(locked.isogloss === undefined ? {} : { version: locked.isogloss }),
        authors: [{ name: 'The isogloss authors' }],
      },
      ...sources.map(({ name, source }) => ({
        type: 'data',
        title: source?.title ?? name,
        authors: [{ name: source?.attribution ? source.attribution : 'Authors to be named' }],
        ...(source?.licence ? { notes: `Licence: ${source.licence}` } : {}),
        ...(source?.upstream ? { url: source.upstream } : {}),
      })),
    ],
  };
}
