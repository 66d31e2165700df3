import type { ConstantData, ElementType, Graph, Value } from '../../onnx/graph/graph.ts';
import type { Observed } from '../../onnx/runtime/probe.ts';
import { fromFloat16 } from '../../support/float16.ts';

export function typeOf(seen: Observed): ElementType {
  if (seen.type === 'int64' || seen.type === 'int32' || seen.type === 'bool') return seen.type;
  return 'float32';
}

/** A value's numbers in one run. */
export function numbers(seen: Observed, run: number): number[] {
  const data = seen.data[run]!;
  if (seen.type === 'float16' && data instanceof Uint16Array) return Array.from(fromFloat16(data));
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

export function asConstant(seen: Observed): ConstantData {
  if (seen.type === 'int64') return seen.data[0] as BigInt64Array;
  const type = typeOf(seen);
  const data = numbers(seen, 0);
  if (type === 'float32') return Float32Array.from(data);
  return type === 'int32' ? Int32Array.from(data) : Uint8Array.from(data);
}

export function filled(type: ElementType, x: number): ConstantData {
  if (type === 'float32') return Float32Array.of(x);
  if (type === 'int64') return BigInt64Array.of(BigInt(x));
  return type === 'int32' ? Int32Array.of(x) : Uint8Array.of(x);
}

export function constantOf(graph: Graph, data: ConstantData, dims: readonly number[]): Value {
  if (data instanceof BigInt64Array && dims.length === 1 && data.every((x) => Number.isSafeInteger(Number(x))))
    return graph.integers(Array.from(data, Number));
  if (data instanceof Float32Array && dims.length === 0) return graph.scalar(data[0]!);
  return graph.constant(data, dims);
}
