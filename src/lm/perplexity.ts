import type { LanguageModel } from './language-model.ts';
import { loadLanguageModel } from './load.ts';
import { readLines } from './lines.ts';
import { tokensOf } from './units.ts';

/** How well a model foresees a text. Ends of sentences count as tokens, as KenLM's `query` has it. */
export interface Perplexity {
  sentences: number;
  tokens: number;
  /** Tokens that the model doesn't know. */
  unknown: number;
  /** log10 of the text's probability. */
  log10: number;
  perplexity: number;
  /** The same without the unknown tokens: comparable only between models with one vocabulary. */
  perplexity_of_known: number;
}

/** log10 P of a sentence with its end: of all of it, and of the unknown tokens alone. */
export function scoreSentence(
  model: LanguageModel,
  tokens: readonly string[],
): { log10: number; unknown: number; log10OfUnknown: number } {
  const result = { log10: 0, unknown: 0, log10OfUnknown: 0 };
  let state = model.begin;
  for (const token of tokens) {
    const score = model.score(state, model.idOf(token));
    state = model.next;
    result.log10 += score;
    if (model.has(token)) continue;
    result.unknown++;
    result.log10OfUnknown += score;
  }
  result.log10 += model.scoreEnd(state);
  return result;
}

/**
 * The perplexity of texts, a sentence a line, made into tokens as the model's own text was.
 * @throws InputError when a file can't be read
 */
export async function perplexityOf(modelFile: string, files: readonly string[]): Promise<Perplexity> {
  const model = await loadLanguageModel(modelFile);
  const sums = { sentences: 0, tokens: 0, unknown: 0, log10: 0, log10OfUnknown: 0 };
  for (const file of files)
    for await (const { lines, first } of readLines(file))
      for (const [i, line] of lines.entries()) {
        const tokens = tokensOf(line, model.units, { file, line: first + i });
        if (!tokens) continue;
        const score = scoreSentence(model, tokens);
        sums.sentences++;
        sums.tokens += tokens.length + 1;
        sums.unknown += score.unknown;
        sums.log10 += score.log10;
        sums.log10OfUnknown += score.log10OfUnknown;
      }
  const { log10OfUnknown, ...result } = sums;
  return {
    ...result,
    perplexity: 10 ** (-sums.log10 / sums.tokens),
    perplexity_of_known: 10 ** (-(sums.log10 - log10OfUnknown) / (sums.tokens - sums.unknown)),
  };
}
