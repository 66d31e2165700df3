import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { InputError } from '../support/errors.ts';
import { readJson } from '../support/files.ts';
import { BLANK, DELIMITER, UNKNOWN } from '../text/vocabulary.ts';

/** What says which tokens a published model writes. */
export const TOKEN_FILES = ['vocab.json', 'tokenizer_config.json', 'special_tokens_map.json'] as const;

/** A token of isogloss's vocabulary, and its number in the published one, if it is there. */
export interface PublishedToken {
  token: string;
  id?: number | undefined;
}

const vocabularySchema = z.record(z.string(), z.number().int().nonnegative());
const languagesSchema = z.record(z.string(), vocabularySchema);

const special = z
  .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
  .nullish()
  .catch(undefined);
const specialSchema = z.looseObject({
  pad_token: special,
  unk_token: special,
  bos_token: special,
  eos_token: special,
  word_delimiter_token: special,
});
type Special = z.infer<typeof specialSchema>;

/**
 * The tokens of a published CTC model (transformers' Wav2Vec2CTCTokenizer): blank, unknown and the mark between words
 * by isogloss's names first, then letters as they are. What marks beginnings and ends is never written.
 * @param language of a vocabulary that has several
 * @param blank its number, where config.json says it
 * @throws InputError when there is no vocabulary, two of its tokens are one, or its language has to be named
 */
export async function readTokens(
  folder: string,
  { language, blank }: { language?: string | undefined; blank?: number | undefined },
): Promise<PublishedToken[]> {
  const file = path.join(folder, 'vocab.json');
  if (!existsSync(file))
    throw new InputError(
      'the model has no vocab.json: it isn’t known which letters it writes',
      'Put the one of the same repository beside config.json.',
      { file: folder },
    );
  const vocabulary = chosenVocabulary(await readJson(file), language, file);
  const {
    pad_token: pad,
    unk_token: unk,
    bos_token: bos,
    eos_token: eos,
    word_delimiter_token: delimiter,
  } = await readSpecial(folder);
  const blankToken = Object.entries(vocabulary).find(([, id]) => id === blank)?.[0] ?? pad ?? BLANK;
  if (!Object.hasOwn(vocabulary, blankToken))
    throw new InputError(
      `the vocabulary has no blank, ${JSON.stringify(blankToken)}`,
      'Get all files from the same place.',
      { file },
    );
  const [unknownToken, delimiterToken] = [unk ?? UNKNOWN, delimiter ?? DELIMITER];
  const aside = new Set([
    blankToken,
    unknownToken,
    delimiterToken,
    bos ?? '<s>',
    eos ?? '</s>',
    '<s>',
    '</s>',
    BLANK,
    UNKNOWN,
    DELIMITER,
  ]);
  const written = [blankToken, unknownToken, delimiterToken];
  refuseShared(
    Object.entries(vocabulary).filter(([token]) => !aside.has(token) || written.includes(token)),
    file,
  );
  const letters = Object.entries(vocabulary)
    .sort((a, b) => a[1] - b[1])
    .flatMap(([token, id]) => (aside.has(token) ? [] : [{ token, id }]));
  return [
    { token: BLANK, id: vocabulary[blankToken] },
    { token: UNKNOWN, id: vocabulary[unknownToken] },
    { token: DELIMITER, id: vocabulary[delimiterToken] },
    ...letters,
  ];
}

/** @throws InputError where two tokens have one number: which of them is heard could not be told */
function refuseShared(tokens: readonly [token: string, id: number][], file: string): void {
  const known = new Map<number, string>();
  for (const [token, id] of tokens) {
    const other = known.get(id);
    if (other !== undefined)
      throw new InputError(
        `${JSON.stringify(other)} and ${JSON.stringify(token)} have the same number, ${id}`,
        'Get all files from the same place.',
        { file },
      );
    known.set(id, token);
  }
}

/** Of MMS, one of a thousand. */
function chosenVocabulary(json: unknown, language: string | undefined, file: string): Record<string, number> {
  const one = vocabularySchema.safeParse(json);
  if (one.success) return one.data;
  const many = languagesSchema.safeParse(json);
  if (!many.success) throw new InputError('not a vocabulary', 'A vocab.json maps each token to a number.', { file });
  const languages = Object.keys(many.data);
  if (language === undefined)
    throw new InputError(
      `the model writes ${languages.length} languages: it has to be said which`,
      `Name it behind the model’s name, e.g. NAME:${languages[0] ?? 'swh'}.`,
      { file },
    );
  const found = Object.hasOwn(many.data, language) ? many.data[language] : undefined;
  if (!found)
    throw new InputError(
      `the vocabulary has no language ${language}`,
      `It has ${languages.length}, e.g. ${languages.slice(0, 10).join(', ')}.`,
      { file },
    );
  return found;
}

async function readSpecial(folder: string): Promise<Special> {
  const found: Special = {};
  for (const name of TOKEN_FILES.slice(1)) {
    const file = path.join(folder, name);
    const parsed = existsSync(file) ? specialSchema.safeParse(await readJson(file)) : undefined;
    for (const [key, value] of Object.entries(parsed?.data ?? {})) if (found[key] == null) found[key] = value;
  }
  return found;
}
