import type { Weights } from '../onnx/training/engine.ts';

/**
 * A running mean of the weights that forgets: steadier than the weights of any one step (Polyak & Juditsky 1992). It
 * forgets faster at first, as TensorFlow's ExponentialMovingAverage does when it is told of steps: after a hundred of
 * them, a mean of 0.99 alone would still be a third of what the training began with.
 */
export class MovingAverage {
  readonly weights: Weights;
  private readonly decay: number;

  constructor(decay: number, start: Weights) {
    this.decay = decay;
    this.weights = new Map([...start].map(([name, data]) => [name, data.slice()]));
  }

  /** @param step how many there were, this one counted */
  add(weights: Weights, step: number): void {
    const kept = Math.min(this.decay, (1 + step) / (10 + step));
    for (const [name, mean] of this.weights) {
      const now = weights.get(name)!;
      for (let i = 0; i < mean.length; i++) mean[i] = kept * mean[i]! + (1 - kept) * now[i]!;
    }
  }
}
