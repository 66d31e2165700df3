import path from 'node:path';
import { readCheckpoint } from '../encoder/checkpoint/checkpoint.ts';
import { readNumbers } from '../encoder/checkpoint/numbers.ts';
import type { EncoderSource } from '../encoder/source.ts';
import type { Weights } from '../onnx/training/engine.ts';
import { InputError } from '../support/errors.ts';

/** So unlikely that it is never written. */
const NEVER = -1e4;

/**
 * A published model's `lm_head` as isogloss's linear head, with its rows in another order.
 * @param ids the row of each token; none for one that the model doesn't write
 * @returns `head.out.weight` [dims, tokens] and `head.out.bias` [tokens]
 * @throws InputError when there is none, or it has other tokens
 */
export async function readCtcHead(source: EncoderSource, ids: readonly (number | undefined)[]): Promise<Weights> {
  const adapter = source.adapter === undefined ? undefined : path.join(path.dirname(source.file), source.adapter);
  const tensors = await readCheckpoint(source.file, adapter);
  const [weight, bias] = [tensors.get('lm_head.weight'), tensors.get('lm_head.bias')];
  const [rows = 0, dims = 0] = weight?.dims ?? [];
  const most = Math.max(...ids.map((id) => (id ?? 0) + 1));
  if (!weight || !bias || weight.dims.length !== 2 || String(bias.dims) !== String([rows]))
    throw new InputError('there is no CTC head (lm_head) in these weights', 'Get all files from the same place.', {
      file: source.file,
    });
  if (most > rows)
    throw new InputError(
      `the head writes ${rows} tokens, the vocabulary has ${most}`,
      'Get all files from the same place; of MMS, name the language: `NAME:swh`.',
      { file: source.file },
    );
  const [theirs, level] = [await readNumbers(weight), await readNumbers(bias)];
  const ours = new Float32Array(dims * ids.length);
  ids.forEach((id, token) => {
    if (id !== undefined)
      for (let dim = 0; dim < dims; dim++) ours[dim * ids.length + token] = theirs[id * dims + dim]!;
  });
  return new Map([
    ['head.out.weight', ours],
    ['head.out.bias', Float32Array.from(ids, (id) => (id === undefined ? NEVER : level[id]!))],
  ]);
}
