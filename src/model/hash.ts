import { createHash } from 'node:crypto';
import { hashModel } from '../onnx/file/external.ts';
import { importModel } from '../onnx/file/import.ts';
import { isOwn } from '../encoder/own/encoder.ts';
import { sha256File } from '../support/files.ts';
import type { ModelParts } from './parts.ts';

/** Hex SHA-256 of all that a model's transcripts depend on. Weights are read once, a language model is too. */
export async function modelHash({
  about,
  vocabulary,
  encoder,
  encoderFolder,
  weights,
  languageModel,
  words,
}: ModelParts): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([about, vocabulary.toJson(), words ?? null]));
  const files = isOwn(encoder) ? [] : importModel(encoder, encoderFolder).files;
  hash.update(await hashModel(encoder, files, encoderFolder));
  for (const [name, data] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (languageModel !== undefined) hash.update(await sha256File(languageModel));
  return hash.digest('hex');
}
