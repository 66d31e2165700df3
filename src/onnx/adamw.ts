import type { Graph, Value } from './graph.ts';
import { add, div, mul, reduceSum, reshape, sqrt, sub } from './ops.ts';

/** Names of the inputs that change from step to step; each is a float32 scalar. */
export const STEP_INPUTS = ['learning_rate', 'mean_correction', 'square_correction'] as const;

export interface AdamWSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** The gradients' joint norm is scaled down to this when it is larger. */
  clip: number;
  /** A parameter's learning rate as a share of the step's; 1 for all when absent. */
  rateOf?: (name: string) => number;
  /** L2-SP (Li et al. 2018): pulls parameters towards where they started instead of towards zero. */
  stayNear?: { strength: number; start: ReadonlyMap<string, Float32Array> };
}

export const adamWDefaults: AdamWSettings = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clip: 1 };

export interface AdamWNodes {
  /** Parameter name → its next value and next moments. */
  next: Map<string, { weight: Value; mean: Value; square: Value }>;
  /** The gradients' joint norm before clipping, a scalar: not finite when the step must be skipped. */
  norm: Value;
}

/**
 * Appends one step of AdamW (Loshchilov & Hutter 2019) with clipping by global norm. Moments are inputs named
 * `<parameter>.mean` and `<parameter>.square`. Weight decay spares vectors (biases, normalisation scales).
 */
export function appendAdamW(graph: Graph, gradients: ReadonlyMap<string, Value>, settings: AdamWSettings): AdamWNodes {
  const [rate, meanCorrection, squareCorrection] = STEP_INPUTS.map((name) => graph.input(name, []));
  const s = (x: number): Value => graph.scalar(x);
  // ONNX Runtime makes what the last square is made of first: the gradients of the top layers, as they come to be known.
  const squares = [...gradients.values()].reverse().map((gradient) => graph.node('ReduceSumSquare', [gradient], { keepdims: { int: 0 } }));
  const norm = sqrt(graph, graph.node('Sum', squares, {}, 'Sum', []));
  const scale = div(graph, s(settings.clip), graph.node('Max', [norm, s(settings.clip)]));
  // All that is one number for all parameters is worked out once: what is left is as few passes over them as can be.
  const meanScale = mul(graph, scale, s(1 - settings.beta1));
  const squareScale = mul(graph, mul(graph, scale, scale), s(1 - settings.beta2));
  const root = sqrt(graph, squareCorrection!);
  const epsilon = div(graph, s(settings.epsilon), root);
  const stepSize = div(graph, mul(graph, rate!, meanCorrection!), root);
  const next: AdamWNodes['next'] = new Map();
  for (const [name, gradient] of gradients) {
    const parameter = graph.parameters.get(name)!;
    const oldMean = graph.input(`${name}.mean`, parameter.dims);
    const oldSquare = graph.input(`${name}.square`, parameter.dims);
    const mean = add(graph, mul(graph, oldMean, s(settings.beta1)), mul(graph, gradient, meanScale));
    const square = add(graph, mul(graph, oldSquare, s(settings.beta2)), mul(graph, mul(graph, gradient, gradient), squareScale));
    const direction = div(graph, mean, add(graph, sqrt(graph, square), epsilon));
    const share = s(settings.rateOf?.(name) ?? 1);
    const pulled = decayed(graph, settings, name, mul(graph, rate!, share));
    const moved = sub(graph, pulled, mul(graph, direction, mul(graph, stepSize, share)));
    next.set(name, { weight: reshape(graph, moved, parameter.dims), mean, square });
  }
  return { next, norm: reduceSum(graph, reshape(graph, norm, [1]), [0]) };
}

/** Decoupled decay: towards zero, or towards where a pretrained parameter started. */
function decayed(graph: Graph, { weightDecay, stayNear }: AdamWSettings, name: string, rate: Value): Value {
  const parameter = graph.parameters.get(name)!;
  const start = stayNear?.start.get(name);
  if (start) {
    const away = sub(graph, parameter, graph.frozen(`${name}.start`, parameter.dims as number[], start));
    return sub(graph, parameter, mul(graph, away, mul(graph, rate, graph.scalar(stayNear!.strength))));
  }
  if (parameter.dims.length < 2 || weightDecay === 0) return parameter;
  return mul(graph, parameter, sub(graph, graph.scalar(1), mul(graph, rate, graph.scalar(weightDecay))));
}
