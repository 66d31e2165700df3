import { readArpa } from './arpa.ts';
import { isBinary, readBinary } from './binary.ts';
import type { NgramModel } from './ngram-model.ts';

/**
 * Opens a language model: isogloss's binary, or an ARPA file.
 * @throws InputError when it is neither, or damaged
 */
export async function loadLanguageModel(file: string): Promise<NgramModel> {
  return (await isBinary(file)) ? readBinary(file) : readArpa(file);
}
