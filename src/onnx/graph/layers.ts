import type { Dim, Value } from './graph.ts';
import type { LowRank, Network } from './network.ts';
import { add, gelu, layerNorm, matmul, mul, relu, reshape, softmax, sub, transpose } from './ops.ts';

/** x [..., inputs] → [..., outputs]. */
export function linear(network: Network, x: Value, name: string, outputs: number, gain = 1): Value {
  const { weight, bias } = linearParameters(network, name, x.dims.at(-1) as number, outputs, gain);
  const y = add(network.graph, matmul(network.graph, x, weight), bias);
  return network.lowRank?.on(name)
    ? add(network.graph, y, lowRankBranch(network, x, name, outputs, network.lowRank))
    : y;
}

export function linearParameters(
  network: Network,
  name: string,
  inputs: number,
  outputs: number,
  gain: number,
): { weight: Value; bias: Value } {
  const weight = network.parameter(`${name}.weight`, [inputs, outputs], { deviation: gain * Math.sqrt(1 / inputs) });
  return { weight, bias: network.parameter(`${name}.bias`, [outputs], { value: 0 }) };
}

/** What LoRA adds to a linear layer's output. Starts at zero, since B does: before training, nothing is changed. */
export function lowRankBranch(
  network: Network,
  x: Value,
  name: string,
  outputs: number,
  { rank, scale }: LowRank,
): Value {
  const g = network.graph;
  const inputs = x.dims.at(-1) as number;
  const down = network.parameter(`${name}.lora_a`, [inputs, rank], { deviation: Math.sqrt(1 / inputs) });
  const up = network.parameter(`${name}.lora_b`, [rank, outputs], { value: 0 });
  return mul(g, matmul(g, matmul(g, x, down), up), g.scalar(scale / rank));
}

/**
 * A bottleneck beside the residual stream, as MMS has one a language behind every block (Houlsby et al. 2019; Pratap et
 * al. 2023).
 */
export function residualAdapter(network: Network, x: Value, name: string, dims: number): Value {
  const g = network.graph;
  const narrow = relu(g, linear(network, norm(network, x, `${name}.norm`), `${name}.down`, dims));
  // From zero up: before training, nothing is changed.
  return add(g, x, linear(network, narrow, `${name}.up`, x.dims.at(-1) as number, 0));
}

export function norm(network: Network, x: Value, name: string): Value {
  const dims = x.dims.at(-1) as number;
  const scale = network.parameter(`${name}.scale`, [dims], { value: 1 });
  return layerNorm(network.graph, x, scale, network.parameter(`${name}.bias`, [dims], { value: 0 }));
}

export interface BlockSettings {
  heads: number;
  feedForward: number;
  dropout: number;
  /** How many blocks the whole stack has: residual branches start smaller in deep stacks. */
  depth: number;
  /** Between the two layers that look at single frames; ReLU by default. */
  activation?: 'relu' | 'gelu';
}

/**
 * A pre-norm transformer block (Xiong et al. 2020): x [batch, frames, dims] → the same dims.
 * @param bias added to attention scores, [batch, 1, 1, frames]: 0 on frames that are there, very negative on padding
 */
export function transformerBlock(
  network: Network,
  x: Value,
  bias: Value,
  name: string,
  settings: BlockSettings,
): Value {
  const g = network.graph;
  const attended = attention(network, norm(network, x, `${name}.attention_norm`), bias, `${name}.attention`, settings);
  const middle = add(g, x, network.dropout(attended, settings.dropout));
  const hidden = (settings.activation === 'gelu' ? gelu : relu)(
    g,
    linear(
      network,
      norm(network, middle, `${name}.feed_forward_norm`),
      `${name}.feed_forward.in`,
      settings.feedForward,
      Math.SQRT2,
    ),
  );
  // One mask for all frames of an utterance (Gal & Ghahramani 2016): the widest layer's would be most of the random
  // numbers.
  const fed = linear(
    network,
    network.dropout(hidden, settings.dropout, [x.dims[0]!, 1, settings.feedForward]),
    `${name}.feed_forward.out`,
    x.dims.at(-1) as number,
    branchGain(settings),
  );
  return add(g, middle, network.dropout(fed, settings.dropout));
}

/** Multi-head self-attention (Vaswani et al. 2017). */
function attention(network: Network, x: Value, bias: Value, name: string, settings: BlockSettings): Value {
  const g = network.graph;
  const [batch, frames, dims] = x.dims as [Dim, Dim, number];
  const perHead = dims / settings.heads;
  const heads = (part: string, perm: readonly number[]): Value =>
    transpose(
      g,
      reshape(g, linear(network, x, `${name}.${part}`, dims), [batch, frames, settings.heads, perHead]),
      perm,
    );
  const query = mul(g, heads('query', [0, 2, 1, 3]), g.scalar(1 / Math.sqrt(perHead)));
  const scores = add(g, matmul(g, query, heads('key', [0, 2, 3, 1])), bias);
  const mixed = matmul(g, softmax(g, scores), heads('value', [0, 2, 1, 3]));
  const joined = reshape(g, transpose(g, mixed, [0, 2, 1, 3]), [batch, frames, dims]);
  return linear(network, joined, `${name}.out`, dims, branchGain(settings));
}

const branchGain = (settings: BlockSettings): number => 1 / Math.sqrt(2 * settings.depth);

/** Frame mask [batch, frames] (1 there, 0 padding) → what is added to attention scores, [batch, 1, 1, frames]. */
export function attentionBias(network: Network, mask: Value): Value {
  const g = network.graph;
  const [batch, frames] = mask.dims as [Dim, Dim];
  const absent = mul(g, sub(g, mask, g.scalar(1)), g.scalar(1e4));
  return g.node('Unsqueeze', [absent, g.integers([1, 2])], {}, 'Unsqueeze', [batch, 1, 1, frames]);
}

/** Zeroes padding frames, so that what looks at neighbours sees silence there. */
export function silencePadding(network: Network, x: Value, mask: Value): Value {
  const g = network.graph;
  return mul(g, x, g.node('Unsqueeze', [mask, g.integers([2])], {}, 'Unsqueeze', [...mask.dims, 1]));
}
