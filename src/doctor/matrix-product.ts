import * as ort from '../onnx/runtime/ort.ts';
import type { Device } from '../onnx/runtime/device-names.ts';
import { onMachine } from '../onnx/runtime/machine.ts';
import { Graph } from '../onnx/graph/graph.ts';
import { matmul } from '../onnx/graph/ops.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { floatData, floats, openSession } from '../onnx/runtime/session.ts';
import { Random } from '../support/random.ts';
import { relativeError } from '../support/relative-error.ts';

/** A matrix product on a device beside the same on the CPU. */
export interface ComparedProduct {
  device: Device;
  /** Rows and columns. */
  size: number;
  /** |device − cpu| / |cpu| */
  relative_error: number;
  milliseconds: { cpu: number; device: number };
}

/** Single precision stays far below; TF32, which CUDA may use, just below. */
export const PRODUCT_TOLERANCE = 1e-3;
const RUNS = 5;

/**
 * Multiplies two matrices on a device and on the CPU.
 * @throws InputError when the device can't be had
 */
export async function compareProduct(device: Device, size = 512): Promise<ComparedProduct> {
  const [cpu, other] = [await productOn('cpu', size), await productOn(device, size)];
  return {
    device,
    size,
    relative_error: relativeError(other.result, cpu.result),
    milliseconds: { cpu: cpu.milliseconds, device: other.milliseconds },
  };
}

interface Product {
  result: Float32Array;
  milliseconds: number;
}

const productOn = (device: Device, size: number): Promise<Product> => onMachine({ device }, () => product(size));

async function product(size: number): Promise<Product> {
  const g = new Graph();
  g.output(matmul(g, g.input('a', [size, size]), g.input('b', [size, size])), 'product');
  const session = await openSession(encodeModel(g));
  const random = new Random('product');
  const noise = (): ort.Tensor =>
    floats(
      Float32Array.from({ length: size * size }, () => random.normal()),
      [size, size],
    );
  const feeds = { a: noise(), b: noise() };
  let result = floatData((await session.run(feeds)).product!);
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const startedAt = performance.now();
    result = floatData((await session.run(feeds)).product!);
    times.push(performance.now() - startedAt);
  }
  await session.release();
  return { result, milliseconds: times.sort((a, b) => a - b)[RUNS >> 1]! };
}
