import type { Weights } from '../onnx/training/engine.ts';
import type { Vocabulary } from '../text/vocabulary.ts';

/**
 * The head's output widened for tokens that the earlier vocabulary lacks: they start with weights of zero, and spelt as
 * elsewhere.
 * @param spelt how a head on phones would start, with the new vocabulary
 */
export function extendVocabulary(weights: Weights, from: Vocabulary, to: Vocabulary, spelt?: Weights): Weights {
  if (from.size === to.size) return weights;
  const widened = ['head.out.weight', 'head.out.bias', 'head.spelling']
    .filter((name) => weights.has(name))
    .map((name) => [name, widen(weights.get(name)!, from.size, to.size, spelt?.get(name))] as const);
  return new Map([...weights, ...widened]);
}

/** [rows, from] → [rows, to] @param fresh what stands in the new columns; zero, if absent */
function widen(narrow: Float32Array, from: number, to: number, fresh?: Float32Array): Float32Array {
  const rows = narrow.length / from;
  const wide = fresh?.slice() ?? new Float32Array(rows * to);
  for (let i = 0; i < rows; i++) wide.set(narrow.subarray(i * from, (i + 1) * from), i * to);
  return wide;
}
