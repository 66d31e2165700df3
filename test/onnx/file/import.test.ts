import { create, toBinary } from '@bufbuild/protobuf';
import * as ort from '../../../src/onnx/runtime/ort.ts';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProtoSchema,
  TensorShapeProto_DimensionSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph, type Value } from '../../../src/onnx/graph/graph.ts';
import { importModel } from '../../../src/onnx/file/import.ts';
import { addOutputs, onlyOutputs } from '../../../src/onnx/file/outputs.ts';
import { dimOfSize, formula } from '../../../src/onnx/runtime/probe.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { appendImported } from '../../../src/onnx/file/upgrade.ts';
import { toFloat16 } from '../../../src/support/float16.ts';

const bytesOf = (data: ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

function node(
  opType: string,
  input: string[],
  output: string[],
  domain = '',
  attributes: Record<string, number> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, x]) =>
    Number.isInteger(x)
      ? create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(x) })
      : create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: x }),
  );
  return create(NodeProtoSchema, { opType, input, output, domain, attribute });
}

/** A model of these nodes with inputs of four dims or fewer, all float32. */
function modelOf(
  nodes: NodeProto[],
  inputs: Record<string, number[]>,
  outputs: string[],
  initializer: TensorProto[] = [],
): Uint8Array {
  const info = (name: string, dims?: number[]) =>
    create(ValueInfoProtoSchema, {
      name,
      type: create(TypeProtoSchema, {
        value: {
          case: 'tensorType',
          value: create(TypeProto_TensorSchema, {
            elemType: TensorProto_DataType.FLOAT,
            ...(dims
              ? {
                  shape: create(TensorShapeProtoSchema, {
                    dim: dims.map((d) =>
                      create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: BigInt(d) } }),
                    ),
                  }),
                }
              : {}),
          }),
        },
      }),
    });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [
        create(OperatorSetIdProtoSchema, { domain: '', version: 17n }),
        create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }),
      ],
      graph: create(GraphProtoSchema, {
        name: 'test',
        node: nodes,
        initializer,
        input: Object.entries(inputs).map(([name, dims]) => info(name, dims)),
        output: outputs.map((name) => info(name)),
      }),
    }),
  );
}

describe('stored numbers', () => {
  it('are read from raw bytes, from lists, as halves and from constants, unaligned or not', () => {
    const tensor = (name: string, dataType: TensorProto_DataType, fields: Partial<TensorProto>): TensorProto =>
      create(TensorProtoSchema, { name, dims: [2n], dataType, ...fields } as TensorProto);
    const { tensors } = importModel(
      modelOf(
        [node('Add', ['x', 'raw'], ['y']), node('Cast', ['half'], ['wide'], '', { to: 1 })],
        { x: [2] },
        ['y'],
        [
          tensor('raw', TensorProto_DataType.FLOAT, { rawData: bytesOf(Float32Array.of(1.5, -2)) }),
          tensor('listed', TensorProto_DataType.FLOAT, { floatData: [3, 4] }),
          tensor('half', TensorProto_DataType.FLOAT16, { rawData: bytesOf(toFloat16(Float32Array.of(0.5, -8))) }),
          tensor('double', TensorProto_DataType.DOUBLE, { rawData: bytesOf(Float64Array.of(0.1, 7)) }),
          tensor('long', TensorProto_DataType.INT64, { int64Data: [5n, -1n] }),
          tensor('brain', TensorProto_DataType.BFLOAT16, { rawData: bytesOf(Uint16Array.of(0x3fc0, 0xc000)) }),
          tensor('odd', TensorProto_DataType.FLOAT8E5M2, { rawData: new Uint8Array(2) }),
        ],
      ),
    );
    const read = (name: string) => tensors.get(name)!.read();
    expect(read('raw')).toEqual(Float32Array.of(1.5, -2));
    expect(read('listed')).toEqual(Float32Array.of(3, 4));
    expect(read('half')).toEqual(Float32Array.of(0.5, -8));
    expect(read('wide')).toEqual(Float32Array.of(0.5, -8));
    expect(read('double')).toEqual(Float32Array.of(0.1, 7));
    expect(read('long')).toEqual(BigInt64Array.of(5n, -1n));
    expect(read('brain')).toEqual(Float32Array.of(1.5, -2));
    expect(() => read('odd')).toThrow(/odd holds FLOAT8E5M2/);
  });

  it('stay on disk until they are asked for, where the exporter put them there', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'external-'));
    const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
    const outside = create(TensorProtoSchema, {
      name: 'w',
      dims: [3n],
      dataType: TensorProto_DataType.FLOAT,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [entry('location', 'w.data'), entry('offset', '8'), entry('length', '12')],
    });
    const bytes = modelOf([node('Add', ['x', 'w'], ['y'])], { x: [3] }, ['y'], [outside]);
    const inside = importModel(bytes, folder).tensors.get('w')!;
    expect(() => inside.read()).toThrow();
    await writeFile(path.join(folder, 'w.data'), bytesOf(Float32Array.of(9, 9, 1, 2, 3)));
    expect(inside.read()).toEqual(Float32Array.of(1, 2, 3));
    expect(() => importModel(bytes).tensors.get('w')!.read()).toThrow(/in another file, w.data/);
  });
});

describe('outputs', () => {
  it('are added and replaced in a model that lists its parts more than once', () => {
    const base = modelOf([node('Relu', ['x'], ['a']), node('Neg', ['a'], ['b'])], { x: [2] }, ['b']);
    const more = addOutputs(addOutputs(base, ['a']), ['x', 'a']);
    expect(importModel(more).outputs).toEqual(['b', 'a', 'x']);
    expect(importModel(onlyOutputs(more, ['a'])).outputs).toEqual(['a']);
  });
});

describe('sizes', () => {
  it('are recognised as formulas of batch and frames', () => {
    const [batches, frames] = [
      [2, 3, 5, 7],
      [9, 13, 21, 34],
    ];
    const of = (f: (b: number, t: number) => number) =>
      formula(
        batches.map((b, i) => f(b, frames[i]!)),
        batches,
        frames,
      );
    expect(of(() => 16)).toEqual({ scale: 0, batch: 0, frames: 0, offset: 16 });
    expect(of((b, t) => 4 * b * t)).toEqual({ scale: 4, batch: 1, frames: 1, offset: 0 });
    expect(of((_, t) => 2 * t - 1)).toEqual({ scale: 2, batch: 0, frames: 1, offset: -1 });
    expect(of((b, t) => Math.floor(b / 2) + t)).toBeUndefined();
    expect(dimOfSize({ scale: 12, batch: 1, frames: 0, offset: 0 }, 'batch', 'frames')).toBe('12*batch');
    expect(dimOfSize({ scale: 1, batch: 1, frames: 1, offset: 0 }, 2, 5)).toBe(10);
  });
});

describe('operators that ONNX Runtime fused', () => {
  const cases: [string, NodeProto, Record<string, number[]>][] = [
    [
      'SkipLayerNormalization',
      node('SkipLayerNormalization', ['x', 'skip', 'scale', 'offset', 'bias'], ['y'], 'com.microsoft', {
        epsilon: 1e-5,
      }),
      { x: [2, 3, 4], skip: [2, 3, 4], scale: [4], offset: [4], bias: [4] },
    ],
    ['BiasGelu', node('BiasGelu', ['x', 'bias'], ['y'], 'com.microsoft'), { x: [2, 4], bias: [4] }],
    ['Gelu', node('Gelu', ['x'], ['y'], 'com.microsoft'), { x: [2, 4] }],
    ['FastGelu', node('FastGelu', ['x', 'bias'], ['y'], 'com.microsoft'), { x: [2, 4], bias: [4] }],
    [
      'FusedMatMul',
      node('FusedMatMul', ['a', 'b'], ['y'], 'com.microsoft', { transB: 1, alpha: 0.25 }),
      { a: [2, 3, 4], b: [2, 5, 4] },
    ],
  ];
  for (const [name, proto, inputs] of cases) {
    it(`${name} is written out, with the same result`, async () => {
      const bytes = modelOf([proto], inputs, ['y']);
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([key, dims], n) => {
          const size = dims.reduce((a, d) => a * d, 1);
          return [
            key,
            new ort.Tensor(
              'float32',
              Float32Array.from({ length: size }, (_, i) => Math.sin(7 * i + 3 * n + 1)),
              dims,
            ),
          ];
        }),
      );
      const run = async (model: Uint8Array) => {
        const session = await ort.InferenceSession.create(model, {
          logSeverityLevel: 4,
          graphOptimizationLevel: 'disabled',
          intraOpNumThreads: 1,
        });
        const { y } = await session.run(feeds);
        await session.release();
        return y!;
      };
      const original = await run(bytes);
      const graph = new Graph();
      const values = proto.input.map((key): Value => graph.input(key, inputs[key]!));
      const [y] = appendImported(graph, importModel(bytes).nodes[0]!, values, [
        { dims: original.dims, type: 'float32' },
      ]);
      graph.output(y!, 'y');
      const ours = await run(encodeModel(graph));
      expect(ours.dims).toEqual(original.dims);
      (ours.data as Float32Array).forEach((x, i) => expect(x).toBeCloseTo((original.data as Float32Array)[i]!, 5));
    });
  }

  it.each(['MultiHeadAttention', 'Attention', 'QAttention', 'SimplifiedLayerNormalization'])(
    '%s is refused by name, with what to do',
    (op) => {
      const [imported] = importModel(
        modelOf(
          [node(op, ['q', 'k', 'v'], ['y'], 'com.microsoft', { num_heads: 2 })],
          { q: [1, 2, 4], k: [1, 2, 4], v: [1, 2, 4] },
          ['y'],
        ),
      ).nodes;
      expect(() => appendImported(new Graph(), imported!, [], [])).toThrow(
        expect.objectContaining({
          message: expect.stringContaining(`com.microsoft.${op}`) as string,
          next: expect.stringContaining('optimised') as string,
        }) as Error,
      );
    },
  );
});
