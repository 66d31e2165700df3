import { movedOf, moveParameter, sumOfSquares, type Move } from './adamw-arithmetic.ts';
import type { AdamWThreads } from './adamw-threads.ts';
import type { Weights } from './compile.ts';

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
  private readonly threads: AdamWThreads | undefined;

  /** @param moments of a training that is gone on with @param threads that share in the work */
  constructor(
    settings: AdamWSettings,
    weights: Weights,
    matrices: ReadonlySet<string>,
    moments?: Moments,
    threads?: AdamWThreads,
  ) {
    this.settings = settings;
    this.matrices = matrices;
    this.threads = threads;
    this.moments = moments ?? { mean: zerosLike(weights), square: zerosLike(weights), step: 0 };
  }

  /**
   * Moves weights one step down their gradients, in place; in threads, the maps get other arrays. What has no gradient
   * stays as it is.
   * @param factor by which the gradients are too large
   * @returns the gradients' joint norm before clipping; when it is not finite, nothing was moved
   */
  async move(weights: Weights, gradients: Weights, learningRate: number, factor = 1): Promise<number> {
    const squares = this.threads ? await this.threads.take(gradients) : [...gradients.values()].map(sumOfSquares);
    const norm = sqrtOfSum(squares) / factor;
    if (!Number.isFinite(norm)) {
      await this.threads?.giveBack(gradients);
      return norm;
    }
    this.moments.step++;
    const moveOf = (name: string): Move => this.moveOf(name, weights, learningRate, { norm, factor });
    const carried = { ...this.moments, weights };
    if (this.threads) await this.threads.move(carried, gradients, moveOf);
    else for (const [name, gradient] of gradients) moveParameter(movedOf(carried, name), gradient, moveOf(name));
    return norm;
  }

  private moveOf(
    name: string,
    weights: Weights,
    learningRate: number,
    { norm, factor }: { norm: number; factor: number },
  ): Move {
    const { beta1, beta2, epsilon, clip, rateOf } = this.settings;
    const { step } = this.moments;
    const rate = learningRate * (rateOf?.(name) ?? 1);
    const correction = Math.sqrt(1 - beta2 ** step);
    return {
      beta1,
      beta2,
      scale: clip / Math.max(norm, clip) / factor,
      rate: (rate * correction) / (1 - beta1 ** step),
      epsilon: epsilon * correction,
      keep: this.decay(name, weights, rate),
    };
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

const sqrtOfSum = (squares: readonly number[]): number => Math.sqrt(squares.reduce((sum, x) => sum + x, 0));

function zerosLike(weights: Weights): Weights {
  return new Map([...weights].map(([name, data]) => [name, new Float32Array(data.length)]));
}
