import { NgramModel } from './ngram-model.ts';
import { TokenTable } from './token-table.ts';
import type { Nodes } from './trie.ts';
import type { TextUnits } from './units.ts';

/** A language model as it goes from thread to thread: none of its arrays is copied. */
export interface SharedModel {
  units: TextUnits;
  tokens: Pick<TokenTable, 'offsets' | 'bytes' | 'slots'>;
  nodes: Nodes;
}

/** A model's arrays where all threads can read them. Those of a binary file are there already, others are copied. */
export function shareModel({ units, tokens, nodes }: NgramModel): SharedModel {
  const { offsets, bytes, slots } = tokens;
  return {
    units,
    tokens: { offsets: shared(offsets), bytes: shared(bytes), slots: shared(slots) },
    nodes: {
      starts: shared(nodes.starts),
      words: shared(nodes.words),
      probabilities: shared(nodes.probabilities),
      backoffs: shared(nodes.backoffs),
      children: shared(nodes.children),
      suffixes: shared(nodes.suffixes),
    },
  };
}

/** The model on another thread. */
export function sharedModel({ units, tokens: { offsets, bytes, slots }, nodes }: SharedModel): NgramModel {
  return new NgramModel(units, new TokenTable(offsets, bytes, slots), nodes);
}

function shared<A extends Uint8Array | Uint32Array | Float32Array>(array: A): A {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const copy = new SharedArrayBuffer(array.byteLength);
  const view = new (array.constructor as new (buffer: SharedArrayBuffer) => A)(copy);
  view.set(array);
  return view;
}
