import fc from 'fast-check';
import { expect } from 'vitest';
import { Graph, type Dim, type Value } from '../../../../src/onnx/graph/graph.ts';
import { gradientError } from '../finite-differences.ts';

const dim = fc.integer({ min: 1, max: 5 });

interface Options {
  positive?: boolean;
  /** For operators that ONNX Runtime has in float32 only: coarser steps, coarser tolerance. */
  float32?: boolean;
  runs?: number;
  /** For operators whose dims are always known. */
  known?: boolean;
}

const withoutSizes = new WeakSet<Graph>();

/** Dims under names that tell nothing. */
const dimsIn = (g: Graph, dims: readonly Dim[]): Dim[] =>
  dims.map((d) => (withoutSizes.has(g) && d !== 1 ? `n${d}` : d));

/**
 * A property over random dims: the gradients of `build`'s output by all values it makes with `value` agree with finite
 * differences. Each is tried twice: with dims known when the graph is built, and with dims only known when it runs.
 */
export async function agrees(
  build: (
    g: Graph,
    dims: [number, number, number, number],
    value: (name: string, dims: readonly number[]) => Value,
  ) => Value,
  options: Options = {},
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.tuple(dim, dim, dim, dim), fc.boolean(), async (dims, symbolic) => {
      const g = new Graph();
      const sizes = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`n${n}`, n]));
      const made: Value[] = [];
      if (symbolic && !options.known) withoutSizes.add(g);
      const value = (name: string, shape: readonly number[]): Value => {
        const input = g.input(name, dimsIn(g, shape));
        made.push(input);
        return input;
      };
      const output = build(g, dims, value);
      const settings = options.float32 ? { float32: true, step: 0.02 } : {};
      const result = await gradientError(g, output, made, sizes, {
        ...settings,
        probes: 6,
        ...(options.positive ? { positive: true } : {}),
      });
      expect(result).toBeLessThan(options.float32 ? 2e-2 : 1e-5);
    }),
    { numRuns: options.runs ?? 8 },
  );
}

/** Appends a node. */
export function node(
  g: Graph,
  op: string,
  inputs: readonly (Value | undefined)[],
  attributes: Parameters<Graph['node']>[2],
  dims: readonly Dim[],
): Value {
  return g.append(op, inputs, attributes ?? {}, [{ dims: dimsIn(g, dims), type: 'float32' }])[0]!;
}
