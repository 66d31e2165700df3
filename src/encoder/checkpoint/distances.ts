import type { Value } from '../../onnx/graph/graph.ts';
import { sub } from '../../onnx/graph/ops.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { places } from './padding.ts';

/**
 * How far the frame of a column lies behind that of a row, from 0 for `left` before it or further to left + right for
 * `right` behind it or further: [frames, frames].
 * @param x [batch, frames, …]
 */
export function distances(c: CheckpointGraph, x: Value, left: number, right: number): Value {
  const g = c.graph;
  const at = places(c, x);
  const frames = x.dims[1]!;
  const row = g.node('Unsqueeze', [at, g.integers([0])], {}, 'Unsqueeze', [1, frames]);
  const column = g.node('Unsqueeze', [at, g.integers([1])], {}, 'Unsqueeze', [frames, 1]);
  const apart = g.node('Max', [g.node('Min', [sub(g, row, column), g.integers([right])]), g.integers([-left])]);
  return g.node('Add', [apart, g.integers([left])]);
}
