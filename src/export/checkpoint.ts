import path from 'node:path';
import { hasQuantised } from '../encoder/own/encoder.ts';
import { preprocessorSchema } from '../encoder/exported/preprocessor.ts';
import { InputError } from '../support/errors.ts';
import { writeAtomic, writeJson } from '../support/files.ts';
import { notice } from '../support/notices.ts';
import { safetensorsOf } from '../support/safetensors.ts';
import { BLANK, UNKNOWN } from '../text/vocabulary.ts';
import type { ModelParts } from '../model/parts.ts';
import { WITHOUT_HEAD, type CheckpointContent } from './checkpoint-card.ts';
import { settled, type Settled } from './checkpoint-tensors.ts';
import { PREPROCESSOR, tokenizer, TOKENIZER_CONFIG } from './transformers.ts';

/** transformers' names: of the classes, and of the encoder inside a whole model. */
const CLASSES: Readonly<Record<string, { name: string; prefix: string }>> = {
  wav2vec2: { name: 'Wav2Vec2', prefix: 'wav2vec2.' },
  hubert: { name: 'Hubert', prefix: 'hubert.' },
  wavlm: { name: 'WavLM', prefix: 'wavlm.' },
  'data2vec-audio': { name: 'Data2VecAudio', prefix: 'data2vec_audio.' },
  unispeech: { name: 'UniSpeech', prefix: 'unispeech.' },
  'unispeech-sat': { name: 'UniSpeechSat', prefix: 'unispeech_sat.' },
  'wav2vec2-conformer': { name: 'Wav2Vec2Conformer', prefix: 'wav2vec2_conformer.' },
  'wav2vec2-bert': { name: 'Wav2Vec2Bert', prefix: 'wav2vec2_bert.' },
};

export const isKnownToTransformers = (config: { model_type?: unknown }): boolean =>
  Object.hasOwn(CLASSES, String(config.model_type));

/**
 * A model whose encoder was opened from PyTorch weights, as such weights again: what it has learnt in place, adapters
 * merged, under the names that transformers gives them. With its head where the whole is a `…ForCTC` number by number;
 * else the encoder alone.
 * @param config config.json of the weights that it was opened from
 * @param cardFor README.md, by what the folder holds
 * @returns the files written, by their names in the folder
 * @throws InputError when it has adapters that transformers has no place for, or is rounded to 8 bits
 */
export async function exportCheckpoint(
  parts: ModelParts,
  config: Record<string, unknown>,
  cardFor: (content: CheckpointContent) => Promise<string>,
  folder: string,
): Promise<string[]> {
  const { about, vocabulary } = parts;
  const names = CLASSES[String(config.model_type)];
  if (!names)
    throw new InputError(
      `transformers has no CTC model with the encoder of ${about.encoder.name}`,
      'Use the model folder itself: isogloss transcribe MODEL PATH…',
    );
  if (hasQuantised(parts.encoder))
    throw new InputError(
      'the encoder of this model is rounded to 8 bits: PyTorch’s weights can’t be made of it',
      'Run its recipe without `encoder.dtype`, and export that. Or use the model folder itself: isogloss transcribe.',
    );
  const found = settled(parts, config);
  const card = await cardFor(found.head ? 'recogniser' : 'encoder');
  const files: [string, object | string][] = [
    ['vocab.json', vocabulary.toJson()],
    ['tokenizer.json', tokenizer(vocabulary)],
    ['tokenizer_config.json', TOKENIZER_CONFIG],
    ['special_tokens_map.json', { pad_token: BLANK, unk_token: UNKNOWN }],
    [
      'preprocessor_config.json',
      { ...PREPROCESSOR, ...(about.encoder.preprocessor ? preprocessorSchema.parse(about.encoder.preprocessor) : {}) },
    ],
    ['README.md', card],
    // Last: a folder that has it is whole.
    ['config.json', { ...found.config, ...described(found, parts, names.name) }],
  ];
  const tensors = new Map([
    ...[...found.encoder].map(([name, tensor]) => [`${found.head ? names.prefix : ''}${name}`, tensor] as const),
    ...(found.head ?? []),
  ]);
  await writeAtomic(path.join(folder, 'model.safetensors'), safetensorsOf(tensors, { format: 'pt' }));
  for (const [name, content] of files)
    await (typeof content === 'string'
      ? writeAtomic(path.join(folder, name), content)
      : writeJson(path.join(folder, name), content));
  if (!found.head) notice(`${folder}: ${WITHOUT_HEAD}`);
  return ['model.safetensors', ...files.map(([name]) => name)];
}

const described = ({ head }: Settled, { vocabulary }: ModelParts, name: string): object => ({
  architectures: [`${name}${head ? 'ForCTC' : 'Model'}`],
  vocab_size: vocabulary.size,
  pad_token_id: vocabulary.blank,
  bos_token_id: null,
  eos_token_id: null,
});
