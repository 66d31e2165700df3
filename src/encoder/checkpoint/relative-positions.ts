import type { Dim, Value } from '../../onnx/graph/graph.ts';
import { add, castToFloat, matmul, mul, pad, reshape, sub, transpose, trim } from '../../onnx/graph/ops.ts';
import { dimOf, joined } from '../../onnx/graph/shapes.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';
import { distances } from './distances.ts';
import { places } from './padding.ts';

/**
 * Sinusoids of how far apart two frames can be, from frames − 1 ahead to as many behind (Dai et al. 2019): [2 · frames
 * − 1, dims].
 * @param x [batch, frames, dims]
 */
export function relativeSinusoids(c: CheckpointGraph, x: Value): Value {
  const g = c.graph;
  const dims = x.dims[2] as number;
  const frames = dimOf(g, x, 1);
  const number = (n: bigint): Value => g.constant(BigInt64Array.of(n), []);
  const scalar = (v: Value): Value => g.append('Squeeze', [v, g.integers([0])], {}, [{ dims: [], type: 'int64' }])[0]!;
  const [down] = g.append(
    'Range',
    [scalar(sub(g, frames, g.integers([1]))), scalar(sub(g, g.integers([0]), frames)), number(-1n)],
    {},
    [{ dims: ['places'], type: 'int64' }],
  );
  const rates = Float32Array.from({ length: dims / 2 }, (_, i) =>
    Math.exp(2 * i * Math.fround(-Math.log(10000) / dims)),
  );
  const column = g.node('Unsqueeze', [castToFloat(g, down!), g.integers([1])], {}, 'Unsqueeze', ['places', 1]);
  const angles = mul(g, column, g.constant(rates, [1, dims / 2]));
  return interleaved(c, [
    g.node('Sin', [angles], {}, 'Sin', angles.dims),
    g.node('Cos', [angles], {}, 'Cos', angles.dims),
  ]);
}

/** a₀ b₀ a₁ b₁ …: two of [places, dims / 2] → [places, dims]. */
function interleaved(c: CheckpointGraph, parts: readonly Value[]): Value {
  const g = c.graph;
  const [rows, half] = parts[0]!.dims as [Dim, number];
  const apart = parts.map((part) => g.node('Unsqueeze', [part, g.integers([2])], {}, 'Unsqueeze', [rows, half, 1]));
  return reshape(g, g.node('Concat', apart, { axis: { int: 2 } }, 'Concat', [rows, half, 2]), [rows, 2 * half]);
}

/**
 * Scores of positions as Transformer-XL has them (Dai et al. 2019): what each query gives for each distance, moved so
 * that each row says it of its own places. query [batch, heads, frames, perHead] → [batch, heads, frames, frames].
 */
export function relativeScores(c: CheckpointGraph, query: Value, sinusoids: Value, name: string): Value {
  const g = c.graph;
  const [batch, heads, frames, perHead] = query.dims as [Dim, number, Dim, number];
  const dims = heads * perHead;
  const projected = g.node('Gemm', [sinusoids, c.weight(`${name}.linear_pos.weight`, [dims, dims])], {
    transB: { int: 1 },
  });
  const byHead = transpose(g, reshape(g, projected, [sinusoids.dims[0]!, heads, perHead]), [1, 2, 0]);
  const wanted = add(g, query, positionBias(c, `${name}.pos_bias_v`, heads, perHead));
  const scores = { ...matmul(g, wanted, byHead), dims: [batch, heads, frames, 'places'] };
  return shifted(c, scores, query);
}

/** Learnt for each head: [heads, 1, perHead], scaled as queries are. */
export function positionBias(c: CheckpointGraph, name: string, heads: number, perHead: number): Value {
  return mul(
    c.graph,
    reshape(c.graph, c.weight(name, [heads, perHead]), [heads, 1, perHead]),
    c.graph.scalar(1 / Math.sqrt(perHead)),
  );
}

/**
 * Row i without its first frames − 1 − i columns, and no more than there are frames: by laying rows end to end, one
 * column wider.
 */
function shifted(c: CheckpointGraph, scores: Value, query: Value): Value {
  const g = c.graph;
  const [batch, heads, frames] = scores.dims as [Dim, number, Dim];
  const [b, t] = [dimOf(g, query, 0), dimOf(g, query, 2)];
  const twice = mul(g, t, g.integers([2]));
  const to = (x: Value, sizes: readonly Value[], dims: readonly Dim[]): Value =>
    g.node('Reshape', [x, joined(g, sizes)], {}, 'Reshape', dims);
  const wider = pad(g, scores, 3, 1, 0, '2*frames');
  const turned = to(wider, [b, g.integers([heads]), twice, t], [batch, heads, '2*frames', frames]);
  const moved = trim(g, turned, 2, 1, 0);
  const back = to(moved, [b, g.integers([heads]), t, sub(g, twice, g.integers([1]))], scores.dims);
  return g.node('Slice', [back, g.integers([0]), t, g.integers([3])], {}, 'Slice', [batch, heads, frames, frames]);
}

/**
 * Scores by learnt vectors for each distance (Shaw et al. 2018): query [batch, heads, frames, perHead] → [batch, heads,
 * frames, frames].
 */
export function keyScores(
  c: CheckpointGraph,
  x: Value,
  query: Value,
  name: string,
  { left, right }: { left: number; right: number },
): Value {
  const g = c.graph;
  const [batch, heads, frames, perHead] = query.dims as [Dim, number, Dim, number];
  const learnt = transpose(g, c.weight(`${name}.distance_embedding.weight`, [left + right + 1, perHead]), [1, 0]);
  const byDistance = matmul(g, query, learnt);
  const sizes = joined(g, [dimOf(g, query, 0), g.integers([heads]), dimOf(g, query, 2), dimOf(g, query, 2)]);
  const chosen = g.append('Expand', [distances(c, x, left, right), sizes], {}, [
    { dims: [batch, heads, frames, frames], type: 'int64' },
  ])[0]!;
  return g.node('GatherElements', [byDistance, chosen], { axis: { int: 3 } }, 'GatherElements', chosen.dims);
}

/**
 * Turns pairs of numbers by an angle that grows with the place (Su et al. 2021): x [batch, frames, dims] → the same
 * dims.
 */
export function rotated(c: CheckpointGraph, x: Value, heads: number, base: number): Value {
  const g = c.graph;
  const [batch, frames, dims] = x.dims as [Dim, Dim, number];
  const perHead = dims / heads;
  const rates = Float32Array.from({ length: perHead }, (_, i) => 1 / base ** ((2 * (i % (perHead / 2))) / perHead));
  const column = g.node('Unsqueeze', [castToFloat(g, places(c, x)), g.integers([1, 2])], {}, 'Unsqueeze', [
    frames,
    1,
    1,
  ]);
  const angles = mul(g, column, g.constant(rates, [1, 1, perHead]));
  const apart = reshape(g, x, [batch, frames, heads, perHead]);
  const [first, second] = [trim(g, apart, 3, 0, perHead / 2), trim(g, apart, 3, perHead / 2, 0)];
  const turned = g.node('Concat', [g.node('Neg', [second]), first], { axis: { int: 3 } }, 'Concat', apart.dims);
  const cosines = mul(g, apart, g.node('Cos', [angles], {}, 'Cos', angles.dims));
  return reshape(g, add(g, cosines, mul(g, turned, g.node('Sin', [angles], {}, 'Sin', angles.dims))), [
    batch,
    frames,
    dims,
  ]);
}
