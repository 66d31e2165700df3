import * as ort from '../../../src/onnx/runtime/ort.ts';
import { differentiate } from '../../../src/onnx/autodiff/differentiate.ts';
import type { Graph, Value } from '../../../src/onnx/graph/graph.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { Random } from '../../../src/support/random.ts';

/** Sizes of the symbolic dims a test graph uses. */
type Sizes = Readonly<Record<string, number>>;

/**
 * Compares the gradients that `differentiate` builds with central differences of the loss Σ output · direction, both
 * computed in float64 by ONNX Runtime.
 * @returns the largest |difference| / (|gradient| + 0.01·largest gradient) over the places
 *   probed of every wanted value
 */
export async function gradientError(
  graph: Graph,
  output: Value,
  wanted: readonly Value[],
  sizes: Sizes,
  options: {
    positive?: boolean;
    probes?: number;
    step?: number;
    float32?: boolean;
    fixed?: Record<string, Float64Array>;
  } = {},
): Promise<number> {
  const random = new Random('finite differences');
  const double = !options.float32;
  const forwardInputs = [...graph.inputs, ...graph.parameters.values()];
  const forward = await ort.InferenceSession.create(
    encodeModel(graph, { inputs: forwardInputs, outputs: [output], double }),
    quiet,
  );
  const seed = graph.input('seed', output.dims);
  const gradients = differentiate(graph, output, seed, wanted);
  const gradientValues = wanted.map((v) => gradients.get(v.name)!);
  const backward = await ort.InferenceSession.create(
    encodeModel(graph, { inputs: [...forwardInputs, seed], outputs: [...new Set(gradientValues)], double }),
    quiet,
  );

  const draw = (value: Value): Float64Array => {
    const dims = numbers(value, sizes);
    const size = dims.reduce((a, d) => a * d, 1);
    return (
      options.fixed?.[value.name] ??
      Float64Array.from({ length: size }, () => (options.positive ? random.between(0.5, 2) : random.normal()))
    );
  };
  const data = new Map(forwardInputs.map((v) => [v.name, draw(v)]));
  const direction = draw(seed);
  const feeds = (): Record<string, ort.Tensor> =>
    Object.fromEntries(forwardInputs.map((v) => [v.name, tensor(data.get(v.name)!, numbers(v, sizes), double)]));
  const loss = async (): Promise<number> => {
    const result = (await forward.run(feeds()))[output.name]!.data as Float64Array;
    return result.reduce((sum, x, i) => sum + x * direction[i]!, 0);
  };
  const analytic = await backward.run({ ...feeds(), seed: tensor(direction, numbers(seed, sizes), double) });
  const all = gradientValues.flatMap((v) => [...(analytic[v.name]!.data as Float64Array)]);
  const largest = all.reduce((a, x) => Math.max(a, Math.abs(x)), 1e-6);
  let worst = 0;
  for (const [i, value] of wanted.entries()) {
    const gradient = analytic[gradientValues[i]!.name]!.data as Float64Array;
    const values = data.get(value.name)!;
    if (gradient.length !== values.length)
      throw new Error(`the gradient of ${value.name} has ${gradient.length} numbers, not ${values.length}`);
    for (let probe = 0; probe < (options.probes ?? 12); probe++) {
      const at = random.int(values.length);
      const original = values[at]!;
      const step = options.step ?? 1e-5;
      values[at] = original + step;
      const above = await loss();
      values[at] = original - step;
      const below = await loss();
      values[at] = original;
      const measured = (above - below) / (2 * step);
      worst = Math.max(worst, Math.abs(measured - gradient[at]!) / (Math.abs(gradient[at]!) + 0.01 * largest));
    }
  }
  await Promise.all([forward.release(), backward.release()]);
  return worst;
}

const quiet: ort.InferenceSession.SessionOptions = { logSeverityLevel: 3, intraOpNumThreads: 1 };

function tensor(data: Float64Array, dims: readonly number[], double: boolean): ort.Tensor {
  return double ? new ort.Tensor('float64', data, dims) : new ort.Tensor('float32', Float32Array.from(data), dims);
}

function numbers(value: Value, sizes: Sizes): number[] {
  return value.dims.map((d) => (typeof d === 'number' ? d : sizes[d]!));
}
