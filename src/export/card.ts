import type { Threshold } from '../evaluate/calibration.ts';
import type { Scores } from '../evaluate/score.ts';
import { nameOf } from '../recipe/trainable-part.ts';
import type { Origin } from '../encoder/licence.ts';
import { EMBEDDED_TERMS, isEmbedded } from '../encoder/own/embedded.ts';
import type { Recipe } from '../recipe/schema.ts';
import { hubFrontMatter, type Data } from './hub-card.ts';
import { amount } from '../support/amount.ts';

export interface CardOptions {
  /** The encoder that all training began with, unless with none. */
  origin?: Origin | undefined;
  /** From which confidence on 95 % of the words are right, where dev could promise that. */
  sure?: Threshold | undefined;
  /** How to use what is in the folder. */
  use?: string;
}

/** How a model folder is used. */
export const USE = `    isogloss transcribe FOLDER RECORDING…\n`;

/**
 * The README.md of a model folder: what it is for, how good it is, and on what terms its data came; with what the
 * Hugging Face Hub wants to know at its top.
 */
export function modelCard(
  recipe: Recipe,
  test: Scores,
  trainMinutes: number,
  sources: readonly Data[],
  { origin, sure, use = USE }: CardOptions,
): string {
  const interval = ([low, high]: [number, number]): string => `95 % interval ${percent(low)}–${percent(high)}`;
  return `${hubFrontMatter(recipe, test, sources, origin)}
# ${recipe.title ?? recipe.name}

A speech recogniser for the language \`${recipe.language}\`, trained by \`isogloss run\` with the recipe
\`${recipe.name}\` on ${trainMinutes.toFixed(1)} minutes of transcribed speech. ${howTrained(recipe)}

${use}
## How good
${howTested(test)}

| measure | value | |
|---|---|---|
| CER | ${percent(test.cer)} | ${interval(test.cer_ci95)} |
| WER | ${percent(test.wer)} | ${interval(test.wer_ci95)} |

${sure ? `${whatIsSure(sure)}\n\n` : ''}It was trained and tested on the same few voices: on others, expect more errors.

## Data
${sources.map(termsLine).join('\n')}
${encoderTerms(origin)}`;
}

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;

const howTested = ({ utterances, seconds_audio, words }: Scores): string =>
  `On ${amount(utterances, 'recording')} (${(seconds_audio / 60).toFixed(1)} minutes, ${amount(words, 'word')}) ` +
  'that share no text with training:';

const whatIsSure = ({ threshold, right_at_least, kept }: Threshold): string =>
  `Of words with a confidence of ${threshold.toFixed(3)} or more, at least ${percent(right_at_least)} are right ` +
  `(found on dev, where ${percent(kept)} of the\nwords have it): who corrects transcripts by hand can look at the ` +
  'others alone.';

function encoderTerms(origin: Origin | undefined): string {
  if (!origin) return '';
  const { name, licence } = origin;
  const terms = isEmbedded(name)
    ? EMBEDDED_TERMS[name].from
    : (licence ?? 'on what terms its makers publish it isn’t known here; look, before you pass this on');
  return `- The encoder ${name}: ${terms}.\n`;
}

function termsLine({ name, source }: Data): string {
  if (!source) return `- ${name}: your own`;
  const said = [source.licence, source.attribution.replace(/\.$/, '')].filter((part) => part !== '');
  return `- ${source.title}: ${said.join('. ')}. ${source.upstream ?? ''}`.trimEnd();
}

function howTrained({ encoder, start, train, stages }: Recipe): string {
  const learnt = (stages ?? [{ train }]).map((stage) => nameOf(stage.train)).join(', then ');
  if (start !== undefined) return `It went on from the model \`${start}\`; what learnt: ${learnt}.`;
  return train === 'head' && !stages
    ? `The encoder \`${encoder.model}\` was left as it is; the head is new.`
    : `From the encoder \`${encoder.model}\`; what learnt: ${learnt}.`;
}
