import type { Dim, Value } from '../../onnx/graph/graph.ts';
import { add, castToFloat, div, mul, sub } from '../../onnx/graph/ops.ts';
import { dimOf } from '../../onnx/graph/shapes.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';

/**
 * Which frames are sound: `attention_mask` [batch, samples] (1 on sound, which comes first) → [batch, frames], true on
 * sound.
 * @param x [batch, frames, …]
 */
export function framesOfSound(
  c: CheckpointGraph,
  x: Value,
  config: { conv_kernel: readonly number[]; conv_stride: readonly number[] },
): Value {
  const g = c.graph;
  const mask = g.input('attention_mask', ['batch', 'samples'], 'int64');
  let counts = g.node('ReduceSum', [mask, g.integers([1])], { keepdims: { int: 1 } });
  config.conv_kernel.forEach((kernel, i) => {
    counts = add(
      g,
      div(g, sub(g, counts, g.integers([kernel])), g.integers([config.conv_stride[i]!])),
      g.integers([1]),
    );
  });
  return g.node('Less', [places(c, x), counts]);
}

/** 0 … frames − 1. @param x [batch, frames, …] */
export function places(c: CheckpointGraph, x: Value): Value {
  const g = c.graph;
  const number = (n: bigint): Value => g.constant(BigInt64Array.of(n), []);
  const [frames] = g.append('Squeeze', [dimOf(g, x, 1), g.integers([0])], {}, [{ dims: [], type: 'int64' }]);
  return g.append('Range', [number(0n), frames, number(1n)], {}, [{ dims: [x.dims[1]!], type: 'int64' }])[0]!;
}

/** Zeroes padding: what looks at neighbours sees silence there. @param sound [batch, frames] */
export function silencePadding(c: CheckpointGraph, x: Value, sound: Value): Value {
  const g = c.graph;
  return mul(g, x, g.node('Unsqueeze', [castToFloat(g, sound), g.integers([2])], {}, 'Unsqueeze', [...sound.dims, 1]));
}

/** What keeps attention off padding: 0 on sound, very negative elsewhere, [batch, 1, 1, frames]. */
export function attentionBias(c: CheckpointGraph, sound: Value): Value {
  const g = c.graph;
  const [batch, frames] = sound.dims as [Dim, Dim];
  const wide = g.node('Unsqueeze', [sound, g.integers([1, 2])], {}, 'Unsqueeze', [batch, 1, 1, frames]);
  return g.append('Where', [wide, g.scalar(0), g.scalar(-1e4)], {}, [{ dims: wide.dims, type: 'float32' }])[0]!;
}
