import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Arena, type Outputs } from '../../../src/onnx/training/arena.ts';
import type { Value } from '../../../src/onnx/graph/graph.ts';
import { Network } from '../../../src/onnx/graph/network.ts';
import { relu } from '../../../src/onnx/graph/ops.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { forRunningInto, outputNames, runInto } from '../../../src/onnx/runtime/run-into.ts';
import { floatData, floats, openSession, type Session } from '../../../src/onnx/runtime/session.ts';

const ROWS = 1_000_000;

const { graph } = new Network(true);
const x = graph.input('x', ['rows', 4]);
const positive = relu(graph, x);
const above = graph.node('Greater', [x, graph.scalar(0)]);
const [shape] = graph.append('Shape', [x], {}, [{ dims: [2], type: 'int64' }]) as [Value];

let session: Session;
beforeAll(async () => {
  session = await openSession(forRunningInto(encodeModel(graph, { inputs: [x], outputs: [positive, above, shape] })));
});
afterAll(() => session.release());

const input = (rows: number) => ({
  x: floats(
    Float32Array.from({ length: rows * 4 }, (_, i) => (i % 3) - 1),
    [rows, 4],
  ),
});
const expected = (rows: number): number[] => Array.from({ length: rows * 4 }, (_, i) => Math.max(0, (i % 3) - 1));

describe('running into memory that is given', () => {
  it('writes there, and makes no copies', async () => {
    const given = new Float32Array(ROWS * 4);
    const feeds = input(ROWS);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 5; i++) await runInto(session, feeds, { [positive.name]: floats(given, [ROWS, 4]) });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(given.byteLength);
    expect(given.subarray(0, 12)).toEqual(Float32Array.from(expected(3)));
  });

  it('still throws what is wrong', async () => {
    const given = { [positive.name]: floats(new Float32Array(4), [1, 4]) };
    await expect(runInto(session, { x: floats(new Float32Array(3), [1, 3]) }, given)).rejects.toThrow(
      /invalid dimensions/,
    );
  });
});

describe('an arena', () => {
  const floatsAndTruths: Outputs = {
    [positive.name]: { type: 'float32', dims: [3, 4] },
    [above.name]: { type: 'bool', dims: [3, 4] },
  };
  const check = async (outputs: Outputs): Promise<void> => {
    const results = await new Arena().run(session, input(3), outputs);
    expect(Object.keys(results).sort()).toEqual(outputNames(session).sort());
    expect([...floatData(results[positive.name]!)]).toEqual(expected(3));
    expect([...(results[above.name]!.data as Uint8Array)]).toEqual(expected(3));
    expect([...(results[shape.name]!.data as BigInt64Array)]).toEqual([3n, 4n]);
  };

  it('gives floats, truth values and whole numbers', () =>
    check({ ...floatsAndTruths, [shape.name]: { type: 'int64', dims: [2] } }));

  it('gives what it was not told the dims of, too', () => check(floatsAndTruths));
});
