import { expect, it } from 'vitest';
import { buildHead } from '../../src/head/head.ts';
import { planStep } from '../../src/onnx/compile.ts';
import { Network } from '../../src/onnx/network.ts';

it('neighbouring frames put side by side are not kept for the way back, but put so once more', () => {
  const network = new Network(true);
  const output = buildHead(network, { kind: 'mlp', dims: 16, blocks: 1, context: 4, dropout: 0.2 }, { layers: 1, dims: 8 }, 5);
  const { kept, backward } = planStep(network, output);
  // Nine frames of eight numbers.
  expect(kept.filter(({ dims }) => dims.at(-1) === 72)).toEqual([]);
  expect(backward.nodes.some(({ op, outputs }) => op === 'Concat' && outputs[0]!.dims.at(-1) === 72)).toBe(true);
  // Of what is left, all is made by operators that take their time.
  const makers = new Map(network.graph.nodes.flatMap((node) => node.outputs.map(({ name }) => [name, node.op] as const)));
  const ops = new Set(kept.filter(({ type }) => type === 'float32').map(({ name }) => makers.get(name)!));
  expect([...ops].sort()).toEqual(['LayerNormalization', 'Relu']);
});
