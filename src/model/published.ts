import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { withoutLanguage } from '../encoder/checkpoint/language.ts';
import { isWeightFile } from '../encoder/checkpoint/weight-files.ts';
import type { FetchOptions } from '../encoder/hub/from-hub.ts';
import { readSource } from '../encoder/quantised.ts';
import { originOf } from '../encoder/licence.ts';
import { findEncoder, kindOf, type EncoderSource } from '../encoder/source.ts';
import { hashModel } from '../onnx/file/external.ts';
import { importModel } from '../onnx/file/import.ts';
import { InputError } from '../support/errors.ts';
import { shaped } from '../support/shape.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import { readCtcHead } from './ctc-head.ts';
import type { ModelParts } from './parts.ts';
import { readTokens, TOKEN_FILES } from './published-tokens.ts';

/**
 * Whether a name leads to a model as its makers published it: a repository on the Hub, or a folder with PyTorch
 * weights.
 */
export function isPublished(name: string): boolean {
  const { model } = withoutLanguage(name);
  return kindOf(model) === 'hub' || existsSync(path.join(model, 'config.json'));
}

const configSchema = z.looseObject({
  architectures: z.array(z.string()).default([]),
  num_hidden_layers: z.number().int().positive().default(12),
  pad_token_id: z.number().int().nonnegative().nullish(),
  add_adapter: z.boolean().nullish(),
  use_intermediate_ffn_before_adapter: z.boolean().nullish(),
});

/**
 * A CTC model from its PyTorch weights as its makers published them (`…ForCTC`), ready to write down speech and to
 * start a training from.
 * @param name a repository on the Hub or a folder in its layout; `NAME:swh` where it has adapters for languages (MMS)
 * @throws InputError when it is none, or when its language has to be named
 */
export async function readPublished(name: string, options: FetchOptions = {}): Promise<ModelParts> {
  const source = await findEncoder({ model: name }, { ...options, also: [...TOKEN_FILES, 'README.md'] });
  const config = checkConfig(source);
  const folder = path.dirname(source.file);
  const { language } = withoutLanguage(name);
  const tokens = await readTokens(folder, { language, blank: config.pad_token_id ?? undefined });
  const vocabulary = Vocabulary.fromTokens(tokens.map(({ token }) => token));
  const weights = await readCtcHead(
    source,
    tokens.map(({ id }) => id),
  );
  const encoder = await readSource(source);
  return {
    about: {
      format: 'isogloss-model/1',
      name: path.basename(withoutLanguage(name).model),
      language: language ?? '',
      encoder: {
        name: source.name,
        hash: await hashModel(encoder, importModel(encoder, folder).files, folder),
        ...(source.commit === undefined ? {} : { commit: source.commit }),
        ...(source.preprocessor ? { preprocessor: source.preprocessor } : {}),
        origin: await originOf(source),
      },
      layers: [config.num_hidden_layers + (isAdapted(config) ? 1 : 0)],
      head: { kind: 'linear', dims: 0, blocks: 0, context: 0, dropout: 0, plain: true },
      text: {},
    },
    vocabulary,
    encoder,
    encoderFolder: folder,
    weights,
  };
}

/** Whether something stands between the last block and the head: it counts as a layer. */
const isAdapted = ({ add_adapter, use_intermediate_ffn_before_adapter: fed }: z.infer<typeof configSchema>): boolean =>
  add_adapter === true || fed === true;

/** @throws InputError when the model writes no letters */
function checkConfig(source: EncoderSource): z.infer<typeof configSchema> {
  const place = { file: path.join(path.dirname(source.file), 'config.json') };
  const config = shaped(configSchema, source.config ?? {}, place, 'Get it again as it was published.');
  if (!isWeightFile(source.file) || !config.architectures.some((name) => name.endsWith('ForCTC')))
    throw new InputError(
      `${source.name} is an encoder, no recogniser: it has no CTC head in PyTorch weights`,
      'Train a head on it: a recipe with it as `encoder.model`. Or name a …ForCTC model, e.g. facebook/mms-1b-all:swh.',
      place,
    );
  return config;
}
