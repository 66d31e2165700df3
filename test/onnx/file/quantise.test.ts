import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type ModelProto } from 'onnx-buf';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/onnx/graph/graph.ts';
import { matmul } from '../../../src/onnx/graph/ops.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { isQuantised, quantised } from '../../../src/onnx/file/quantise.ts';
import { floatData, floats, openSession } from '../../../src/onnx/runtime/session.ts';
import { Random } from '../../../src/support/random.ts';
import { relativeError } from '../../encoder/exported.ts';

const folder = fileURLToPath(new URL('../../fixtures/quantise/', import.meta.url));

async function outputOf(model: ModelProto, x: Float32Array, columns: number): Promise<Float32Array> {
  const session = await openSession(toBinary(ModelProtoSchema, model));
  const y = floatData((await session.run({ x: floats(x, [x.length / columns, columns]) })).y!);
  await session.release();
  return y;
}

describe('a model in 8 bits', () => {
  it('is as near to the one in float32 as the one that ONNX Runtime makes, and of the same operators', async () => {
    const golden = JSON.parse(readFileSync(`${folder}golden.json`, 'utf8')) as {
      x: number[];
      tensor: number[];
      column: number[];
      column_operators: string[];
    };
    const model = fromBinary(ModelProtoSchema, readFileSync(`${folder}float.onnx`));
    const ours = quantised(model);
    const x = Float32Array.from(golden.x);
    const [exact, rounded] = [await outputOf(model, x, 64), await outputOf(ours, x, 64)];
    const error = relativeError(rounded, exact);
    expect(error).toBeGreaterThan(1e-4);
    expect(error).toBeLessThan(0.05);
    // A scale a column: much nearer than with one a matrix, and no further than with theirs a column.
    expect(error).toBeLessThan(0.7 * relativeError(golden.tensor, exact));
    expect(error).toBeLessThan(1.1 * relativeError(golden.column, exact));
    expect(ours.graph!.node.map(({ opType }) => opType).sort()).toEqual(golden.column_operators);
    expect([isQuantised(model), isQuantised(ours)]).toEqual([false, true]);
  });

  it('leaves every product within what rounding its two sides can do', async () => {
    const sizes = {
      rows: fc.integer({ min: 1, max: 5 }),
      inner: fc.integer({ min: 64, max: 200 }),
      columns: fc.integer({ min: 64, max: 90 }),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.record({ ...sizes, seed: fc.integer(), shift: fc.double({ min: -3, max: 3, noNaN: true }) }),
        async ({ rows, inner, columns, seed, shift }) => {
          const random = new Random(seed);
          const x = Float32Array.from({ length: rows * inner }, () => random.normal() + shift);
          const weight = Float32Array.from(
            { length: inner * columns },
            (_, i) => random.normal() * (1 + (i % columns)),
          );
          const graph = new Graph();
          graph.output(
            matmul(graph, graph.input('x', ['rows', inner]), graph.parameter('weight', [inner, columns])),
            'y',
          );
          const model = fromBinary(ModelProtoSchema, encodeModel(graph, { weights: new Map([['weight', weight]]) }));
          const [exact, rounded] = [await outputOf(model, x, inner), await outputOf(quantised(model), x, inner)];
          // Half a step a weight; of the input a whole one, as its zero is rounded too.
          const step = (Math.max(0, ...x) - Math.min(0, ...x)) / 255;
          for (let c = 0; c < columns; c++) {
            const column = Array.from({ length: inner }, (_, i) => Math.abs(weight[i * columns + c]!));
            const half = Math.max(...column) / 127 / 2;
            for (let r = 0; r < rows; r++) {
              const bound = column.reduce(
                (sum, w, i) => sum + w * step + Math.abs(x[r * inner + i]!) * half + step * half,
                0,
              );
              expect(Math.abs(rounded[r * columns + c]! - exact[r * columns + c]!)).toBeLessThanOrEqual(1.0001 * bound);
            }
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('keeps what is to stay exact, and what is small', () => {
    const model = fromBinary(ModelProtoSchema, readFileSync(`${folder}float.onnx`));
    const some = quantised(model, (weight) => weight === 'first').graph!;
    expect(some.node.filter(({ opType }) => opType === 'MatMul').map(({ input }) => input[1])).toEqual([
      'first',
      'first',
    ]);
    expect(some.initializer.map(({ name }) => name).sort()).toEqual([
      'first',
      'quantised.zero',
      'second.quantised',
      'second.scales',
    ]);
    expect(isQuantised(quantised(model, () => true))).toBe(false);
  });
});
