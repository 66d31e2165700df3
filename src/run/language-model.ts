import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fetchCorpus } from '../corpus/fetch/fetch.ts';
import { textFile } from '../corpus/importers/packaged/text.ts';
import { buildLanguageModel } from '../lm/build.ts';
import { readLines } from '../lm/lines.ts';
import type { Recipe } from '../recipe/schema.ts';
import { writeAtomic } from '../support/files.ts';
import { InputError } from '../support/errors.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import { ExcludedText, normalise } from '../text/normalise.ts';
import type { TextRules } from '../text/rules.ts';
import type { Prepared } from '../dataset/prepare.ts';

/** What a run has learnt of the language from text alone. */
export interface LanguageKnowledge {
  /** The language model's file, if the recipe asks for one. */
  languageModel?: string;
  /** All words of the texts, in order. */
  words: string[];
}

/**
 * Estimates the recipe's language model from the training transcripts and the recipe's texts, into the run's folder.
 * What stands in dev or test is left out of the texts: the model must not have read what it is measured on.
 */
export async function learnLanguage(
  recipe: Recipe,
  prepared: Prepared,
  folder: string,
  { progress = silent, signal }: JobOptions = {},
): Promise<LanguageKnowledge> {
  const { language_model: settings } = recipe.decoding;
  const held = new Set([...prepared.dev, ...prepared.test].map((item) => item.text));
  const sentences = prepared.train.map((item) => item.text);
  for (const name of settings?.texts ?? [])
    for await (const sentence of sentencesIn(await textAt(name, { progress, signal }), prepared.text.rules))
      if (!held.has(sentence)) sentences.push(sentence);
  const words = [...new Set(sentences.flatMap((sentence) => sentence.split(' ')))].sort();
  if (!settings) return { words };
  await mkdir(folder, { recursive: true });
  const text = path.join(folder, 'text.txt');
  await writeAtomic(text, sentences.map((sentence) => `${sentence}\n`).join(''));
  const languageModel = path.join(folder, 'language-model.bin');
  await buildLanguageModel(
    [text],
    { unit: settings.unit, order: settings.order, profile: recipe.text.profile },
    { binary: languageModel, progress, signal },
  );
  return { languageModel, words };
}

/** A text file, or the text of a corpus that is fetched first. */
async function textAt(name: string, { progress, signal }: JobOptions): Promise<string> {
  if (/\.\w+$/.test(name)) return name;
  const { folder } = await fetchCorpus(name, { progress, signal });
  return textFile(folder);
}

/**
 * A file's lines as the recipe's rules write them; lines with digits that the rules refuse are passed over: they are no
 * transcripts.
 */
async function* sentencesIn(file: string, rules: TextRules): AsyncGenerator<string> {
  for await (const { lines } of readLines(file))
    for (const line of lines) {
      const sentence = normalisedOrNothing(line, rules);
      if (sentence !== '') yield sentence;
    }
}

function normalisedOrNothing(line: string, rules: TextRules): string {
  try {
    return normalise(line, rules);
  } catch (error) {
    if (error instanceof ExcludedText || error instanceof InputError) return '';
    throw error;
  }
}
