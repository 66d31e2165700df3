import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../support/errors.ts';
import type { FetchOptions } from './hub/from-hub.ts';
import { licenceOf, type Licence } from './licence.ts';
import { findEncoder, kindOf, type EncoderChoice } from './source.ts';

/** An encoder that is in the cache now. */
export interface FetchedEncoder {
  name: string;
  file: string;
  commit: string;
  megabytes: number;
  licence: Licence | null;
}

/** What says how a model is used: its card, and the letters of one that writes. */
const ALSO = ['README.md', 'vocab.json', 'tokenizer_config.json', 'special_tokens_map.json'];

/**
 * Gets a repository's encoder into the cache, with all that is needed to use it without a network.
 * @throws InputError when it is no repository or has no encoder, WorkError when it can't be got
 */
export async function fetchEncoderFiles(choice: EncoderChoice, options: FetchOptions = {}): Promise<FetchedEncoder> {
  if (kindOf(choice.model) !== 'hub')
    throw new InputError(
      `${choice.model} is no repository on the Hub: there is nothing to fetch`,
      'Name it as owner/name.',
    );
  const source = await findEncoder(choice, { ...options, also: ALSO });
  const folder = path.dirname(source.file);
  const sizes = await Promise.all(
    [source.file, ...source.data.map((name) => path.join(folder, path.basename(name)))].map(
      async (file) => (await stat(file)).size,
    ),
  );
  return {
    name: source.name,
    file: source.file,
    commit: source.commit!,
    megabytes: sizes.reduce((sum, size) => sum + size, 0) / 1e6,
    licence: (await licenceOf(source)) ?? null,
  };
}
