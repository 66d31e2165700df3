import type { Weights } from './engine.ts';

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
  l2Sp?: { strength: number; start: ReadonlyMap<string, Float32Array> };
}

export const adamWDefaults: AdamWSettings = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clip: 1 };

/** What AdamW carries from step to step besides the weights. */
export interface Moments {
  mean: Weights;
  square: Weights;
  /** Steps taken. */
  step: number;
}

/**
 * AdamW (Loshchilov & Hutter 2019) with clipping by global norm, one pass over each parameter (decision 0033). Weight
 * decay spares vectors: biases, and normalisation's scales.
 */
export class AdamW {
  readonly moments: Moments;
  private readonly settings: AdamWSettings;
  /** Parameters of two dims and more. */
  private readonly matrices: ReadonlySet<string>;

  /** @param moments of a training that is gone on with */
  constructor(settings: AdamWSettings, weights: Weights, matrices: ReadonlySet<string>, moments?: Moments) {
    this.settings = settings;
    this.matrices = matrices;
    this.moments = moments ?? { mean: zerosLike(weights), square: zerosLike(weights), step: 0 };
  }

  /**
   * Moves weights one step down their gradients, in place. What has no gradient stays as it is.
   * @param factor by which the gradients are too large
   * @returns the gradients' joint norm before clipping; when it is not finite, nothing was moved
   */
  move(weights: Weights, gradients: Weights, learningRate: number, factor = 1): number {
    const { beta1, beta2, epsilon, clip, rateOf } = this.settings;
    const norm = jointNorm(gradients) / factor;
    if (!Number.isFinite(norm)) return norm;
    const { mean, square } = this.moments;
    const step = ++this.moments.step;
    const correction = Math.sqrt(1 - beta2 ** step);
    for (const [name, gradient] of gradients) {
      const rate = learningRate * (rateOf?.(name) ?? 1);
      moveParameter(weights.get(name)!, gradient, mean.get(name)!, square.get(name)!, {
        beta1,
        beta2,
        scale: clip / Math.max(norm, clip) / factor,
        rate: (rate * correction) / (1 - beta1 ** step),
        epsilon: epsilon * correction,
        keep: this.decay(name, weights, rate),
      });
    }
    return norm;
  }

  /**
   * Decoupled decay: towards where a pretrained parameter started, or towards zero. @returns what is to be kept of it,
   * for the latter
   */
  private decay(name: string, weights: Weights, rate: number): number {
    const { weightDecay, l2Sp } = this.settings;
    const start = l2Sp?.start.get(name);
    if (!start) return this.matrices.has(name) ? 1 - rate * weightDecay : 1;
    const data = weights.get(name)!;
    const pull = rate * l2Sp!.strength;
    for (let i = 0; i < data.length; i++) data[i]! -= pull * (data[i]! - start[i]!);
    return 1;
  }
}

interface Move {
  beta1: number;
  beta2: number;
  /** Of the gradient, by clipping. */
  scale: number;
  /** Learning rate and epsilon with the moments' corrections in them. */
  rate: number;
  epsilon: number;
  /** Of the weights, by decay. */
  keep: number;
}

function moveParameter(
  weights: Float32Array,
  gradient: Float32Array,
  mean: Float32Array,
  square: Float32Array,
  { beta1, beta2, scale, rate, epsilon, keep }: Move,
): void {
  const meanScale = scale * (1 - beta1);
  const squareScale = scale * scale * (1 - beta2);
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    const m = beta1 * mean[i]! + meanScale * g;
    const s = beta2 * square[i]! + squareScale * g * g;
    mean[i] = m;
    square[i] = s;
    weights[i] = keep * weights[i]! - (rate * m) / (Math.sqrt(s) + epsilon);
  }
}

function jointNorm(gradients: Weights): number {
  let sum = 0;
  for (const gradient of gradients.values()) sum += sumOfSquares(gradient);
  return Math.sqrt(sum);
}

function sumOfSquares(x: Float32Array): number {
  // Four sums that don't wait for each other; declared one by one, which V8 keeps in registers.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < x.length; i += 4) {
    a += x[i]! * x[i]!;
    b += x[i + 1]! * x[i + 1]!;
    c += x[i + 2]! * x[i + 2]!;
    d += x[i + 3]! * x[i + 3]!;
  }
  for (; i < x.length; i++) a += x[i]! * x[i]!;
  return a + b + c + d;
}

function zerosLike(weights: Weights): Weights {
  return new Map([...weights].map(([name, data]) => [name, new Float32Array(data.length)]));
}
