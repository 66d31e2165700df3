import type { Dim, Graph, Value } from '../../onnx/graph/graph.ts';
import { add, matmul, mul, relu, reshape, softmax, transpose } from '../../onnx/graph/ops.ts';
import { dimOf, joined } from '../../onnx/graph/shapes.ts';
import { InputError } from '../../support/errors.ts';
import type { CheckpointGraph } from './checkpoint-graph.ts';

/**
 * x · Wᵀ + b, with W as PyTorch stores it, [outputs, inputs]: x [batch, frames, inputs] → [batch, frames, outputs].
 * As one product over all rows, which takes W as it lies in the file.
 */
export function linear(c: CheckpointGraph, x: Value, name: string, outputs: number, { bias = true } = {}): Value {
  const g = c.graph;
  const [batch, frames, inputs] = x.dims as [Dim, Dim, number];
  const rows = reshape(g, x, [`${batch}*${frames}`, inputs]);
  const operands = [
    rows,
    c.weight(`${name}.weight`, [outputs, inputs]),
    ...(bias ? [c.weight(`${name}.bias`, [outputs])] : []),
  ];
  const product = g.node('Gemm', operands, { transB: { int: 1 } });
  const sizes = joined(g, [dimOf(g, x, 0), dimOf(g, x, 1), g.integers([outputs])]);
  return g.node('Reshape', [product, sizes], {}, 'Reshape', [batch, frames, outputs]);
}

/** Layer normalisation over the last dim (Ba et al. 2016). */
export function layerNorm(c: CheckpointGraph, x: Value, name: string, epsilon = 1e-5): Value {
  const dims = x.dims.at(-1) as number;
  const parts = [x, c.weight(`${name}.weight`, [dims]), c.weight(`${name}.bias`, [dims])];
  return c.graph.nodeMany('LayerNormalization', parts, { axis: { int: -1 }, epsilon: { float: epsilon } })[0]!;
}

const ACTIVATIONS: Readonly<Record<string, (g: Graph, x: Value) => Value>> = {
  gelu: (g, x) => g.node('Gelu', [x]),
  gelu_python: (g, x) => g.node('Gelu', [x]),
  gelu_new: (g, x) => g.node('Gelu', [x], { approximate: { text: 'tanh' } }),
  gelu_fast: (g, x) => g.node('Gelu', [x], { approximate: { text: 'tanh' } }),
  gelu_pytorch_tanh: (g, x) => g.node('Gelu', [x], { approximate: { text: 'tanh' } }),
  relu,
  silu: swish,
  swish,
  tanh: (g, x) => g.node('Tanh', [x]),
  sigmoid: (g, x) => g.node('Sigmoid', [x]),
};

function swish(g: Graph, x: Value): Value {
  return mul(g, x, g.node('Sigmoid', [x]));
}

/**
 * An activation by transformers' name for it.
 * @throws InputError for one that isogloss hasn't
 */
export function activation(c: CheckpointGraph, x: Value, name: string): Value {
  const apply = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (!apply)
    throw new InputError(
      `config.json names the activation ${JSON.stringify(name)}, which isogloss hasn’t`,
      `It has ${Object.keys(ACTIVATIONS).join(', ')}.`,
    );
  return apply(c.graph, x);
}

/** Two linear layers with an activation between: x [batch, frames, dims] → the same dims. */
export function feedForward(
  c: CheckpointGraph,
  x: Value,
  name: string,
  settings: { width: number; activation: string },
): Value {
  const wide = activation(c, linear(c, x, `${name}.intermediate_dense`, settings.width), settings.activation);
  return linear(c, wide, `${name}.output_dense`, x.dims.at(-1) as number);
}

/** What an attention's parts are called in a checkpoint. */
export interface AttentionNames {
  query: string;
  key: string;
  value: string;
  out: string;
  /** Whether keys have a bias; Whisper's have none. */
  keyBias?: boolean;
}

export const PROJECTIONS: AttentionNames = { query: 'q_proj', key: 'k_proj', value: 'v_proj', out: 'out_proj' };

export interface AttentionSettings {
  heads: number;
  names?: AttentionNames;
  /** Added to scores, as [batch, heads, frames, frames] or what spreads over it. */
  bias?: Value | undefined;
  /**
   * What else is added to the scores of these queries [batch, heads, frames, dims / heads], scaled as the products with
   * keys are.
   */
  positions?: ((query: Value) => Value) | undefined;
  /** Added to queries before they are compared with keys, [heads, 1, dims / heads], scaled as queries are. */
  contentBias?: Value | undefined;
  /** What x becomes before queries and keys are made of it. */
  turned?: ((x: Value) => Value) | undefined;
}

/** Multi-head self-attention (Vaswani et al. 2017): x [batch, frames, dims] → the same dims. */
export function attention(c: CheckpointGraph, x: Value, name: string, settings: AttentionSettings): Value {
  const g = c.graph;
  const { heads, names = PROJECTIONS, bias, positions, contentBias, turned } = settings;
  const [batch, frames, dims] = x.dims as [Dim, Dim, number];
  const perHead = dims / heads;
  const project = (input: Value, part: string, perm: readonly number[], withBias = true): Value =>
    transpose(
      g,
      reshape(g, linear(c, input, `${name}.${part}`, dims, { bias: withBias }), [batch, frames, heads, perHead]),
      perm,
    );
  const compared = turned ? turned(x) : x;
  const query = mul(g, project(compared, names.query, [0, 2, 1, 3]), g.scalar(1 / Math.sqrt(perHead)));
  const products = matmul(
    g,
    contentBias ? add(g, query, contentBias) : query,
    project(compared, names.key, [0, 2, 3, 1], names.keyBias),
  );
  const placed = positions ? add(g, products, positions(query)) : products;
  const weights = softmax(g, bias ? add(g, placed, bias) : placed);
  const mixed = transpose(g, matmul(g, weights, project(x, names.value, [0, 2, 1, 3])), [0, 2, 1, 3]);
  return linear(c, reshape(g, mixed, [batch, frames, dims]), `${name}.${names.out}`, dims);
}
