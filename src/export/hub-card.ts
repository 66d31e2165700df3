import { stringify } from 'yaml';
import type { Terms } from '../corpus/source.ts';
import type { Scores } from '../evaluate/score.ts';
import { withoutLanguage } from '../encoder/checkpoint/language.ts';
import type { Origin } from '../encoder/licence.ts';
import type { Recipe } from '../recipe/schema.ts';

/** A corpus that a model learnt from. */
export interface Data {
  name: string;
  source?: Terms;
}

/**
 * Licences that the Hub knows by their name in small letters; it refuses a card with another:
 * https://huggingface.co/docs/hub/repositories-licenses
 */
const LICENCES = [
  'cc0-1\\.0|cc-by-(2\\.0|2\\.5|3\\.0|4\\.0)|cc-by-sa-[34]\\.0|cc-by-nc(-sa)?-[234]\\.0',
  'cc-by-nc-nd-[34]\\.0|cc-by-nd-4\\.0|cdla-sharing-1\\.0|cdla-permissive-[12]\\.0|apache-2\\.0|mit',
  'bsd-[23]-clause|gpl-[23]\\.0|lgpl-(2\\.1|3\\.0)|agpl-3\\.0|gfdl|pddl|odc-by|odbl',
].join('|');
const KNOWN = new RegExp(`^(${LICENCES})$`);

/**
 * What the Hugging Face Hub reads at the top of a README.md: language, licence, data, base model and results, as YAML.
 * https://huggingface.co/docs/hub/model-cards
 */
export function hubFrontMatter(recipe: Recipe, test: Scores, sources: readonly Data[], origin?: Origin): string {
  const [language] = recipe.language.split('-') as [string];
  const percent = (share: number): number => Number((100 * share).toFixed(2));
  const task = { type: 'automatic-speech-recognition', name: 'Automatic Speech Recognition' };
  const dataset = {
    name: sources.map(({ name, source }) => source?.title ?? name).join(', '),
    type: sources.map(({ name }) => name).join(', '),
    split: 'test',
  };
  const facts = {
    language: [language],
    ...(language === recipe.language ? {} : { language_bcp47: [recipe.language] }),
    ...licence(sources, origin),
    library_name: 'transformers.js',
    pipeline_tag: task.type,
    tags: ['automatic-speech-recognition', 'wav2vec2', 'onnx', 'isogloss'],
    datasets: sources.map(({ name }) => name),
    metrics: ['wer', 'cer'],
    // Only what has a page on the Hub: an encoder of one's own has none to link to.
    ...(origin?.commit === undefined ? {} : { base_model: [withoutLanguage(origin.name).model] }),
    'model-index': [
      {
        name: recipe.name,
        results: [
          {
            task,
            dataset,
            metrics: [
              { type: 'wer', value: percent(test.wer), name: 'Test WER (%)' },
              { type: 'cer', value: percent(test.cer), name: 'Test CER (%)' },
            ],
          },
        ],
      },
    ],
  };
  // By the rules of YAML 1.1, in which `no` must stand in quotes to be Norwegian.
  return `---\n${stringify(facts, { version: '1.1', lineWidth: 0 })}---\n`;
}

/**
 * One licence if all data and the encoder have the same and the Hub knows it; else what the card says of each. None is
 * promised where one of them isn't known.
 */
function licence(sources: readonly Data[], origin: Origin | undefined): object {
  if (sources.some(({ source }) => !source) || (origin && origin.licence === undefined)) return { license: 'unknown' };
  const all = new Set(sources.map(({ source }) => source!.licence));
  if (origin?.licence !== undefined) all.add(origin.licence);
  const [only] = [...all].map((name) => name.toLowerCase().replace(/-(or-later|only)$/, '')) as [string];
  if (all.size === 1 && KNOWN.test(only)) return { license: only };
  return { license: 'other', license_name: [...all].join(' and '), license_link: 'README.md#data' };
}
