import { readMetadata } from '../../onnx/file/fields.ts';
import type { Value } from '../../onnx/graph/graph.ts';
import { linear, norm } from '../../onnx/graph/layers.ts';
import type { Network } from '../../onnx/graph/network.ts';
import type { Spelling } from '../../text/spelling.ts';

/**
 * What an encoder that learnt to write phones says of them; its file carries it, and the weights `phones.…`, beside its
 * layers.
 */
export interface KnownPhones {
  /** The hidden layer that they are heard in. */
  layer: number;
  /** What it writes, in the order of its output. */
  tokens: readonly string[];
  /** How the languages that it learnt from spell them. */
  spelling: Spelling;
}

const KEY = 'isogloss.phones';

/** @param hidden the layer that they are heard in, [batch, frames, dims] @returns logits [batch, frames, phones] */
export function appendPhones(network: Network, hidden: Value, phones: KnownPhones): Value {
  return linear(network, norm(network, hidden, 'phones.norm'), 'phones.out', phones.tokens.length);
}

export const phonesMetadata = (phones: KnownPhones | undefined): Record<string, string> =>
  phones ? { [KEY]: JSON.stringify(phones) } : {};

/** What an encoder that isogloss wrote knows of phones; absent where it never learnt them. */
export function readPhones(bytes: Uint8Array): KnownPhones | undefined {
  const written = readMetadata(bytes).get(KEY);
  return written === undefined ? undefined : (JSON.parse(written) as KnownPhones);
}
