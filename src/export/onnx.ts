import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import path from 'node:path';
import { SAMPLE_RATE } from '../audio/format.ts';
import { writeAtomic } from '../support/files.ts';
import { wholeGraph } from './graph.ts';
import type { Parts } from './transformers.ts';

/**
 * One file for any ONNX Runtime: sound as it comes (`audio` [batch, samples], 16 kHz mono) in, `logits` [batch, frames,
 * tokens] out; the vocabulary and what else a reader must know as metadata.
 * @returns the file written, by its name in the folder
 */
export async function exportOnnx({ about, whole, vocabulary }: Parts, folder: string): Promise<string[]> {
  const metadata = {
    'isogloss.format': 'isogloss-onnx/1',
    name: about.name,
    language: about.language,
    sample_rate: String(SAMPLE_RATE),
    vocabulary: JSON.stringify(vocabulary.toJson()),
    blank: vocabulary.token(vocabulary.blank),
    word_delimiter: vocabulary.token(vocabulary.delimiter),
  };
  const name = `${about.name}.onnx`;
  await writeAtomic(
    path.join(folder, name),
    toBinary(ModelProtoSchema, wholeGraph(whole, { name: 'audio', standardise: true }, metadata)),
  );
  return [name];
}
