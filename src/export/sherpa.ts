import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import path from 'node:path';
import { writeAtomic } from '../support/files.ts';
import { DELIMITER, type Vocabulary } from '../text/vocabulary.ts';
import { wholeGraph } from './graph.ts';
import type { Parts } from './transformers.ts';

/**
 * A folder for sherpa-onnx, which runs on telephones, in browsers and on small boards: `model.onnx` and `tokens.txt`,
 * as its Wav2Vec2 CTC recogniser (`omnilingual`) reads them.
 * @returns the files written, by their names in the folder
 */
export async function exportSherpa({ about, whole, vocabulary, card }: Parts, folder: string): Promise<string[]> {
  // sherpa-onnx standardises the sound itself, without the small number that keeps silence from being divided by
  // nothing.
  const graph = wholeGraph(
    whole,
    { name: 'x', standardise: true },
    { model_type: 'wav2vec2-ctc', language: about.language, name: about.name },
  );
  await writeAtomic(path.join(folder, 'tokens.txt'), tokens(vocabulary));
  await writeAtomic(path.join(folder, 'README.md'), card);
  await writeAtomic(path.join(folder, 'model.onnx'), toBinary(ModelProtoSchema, graph));
  return ['tokens.txt', 'README.md', 'model.onnx'];
}

/** A token and its number a line. A line with a number alone is the space. */
function tokens(vocabulary: Vocabulary): string {
  const lines = Array.from({ length: vocabulary.size }, (_, id) =>
    vocabulary.token(id) === DELIMITER ? ` ${id}` : `${vocabulary.token(id)} ${id}`,
  );
  return `${lines.join('\n')}\n`;
}
