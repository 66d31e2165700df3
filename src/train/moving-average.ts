import type { Weights } from '../onnx/training/engine.ts';

/** A running mean of the weights that forgets: steadier than the weights of any one step. */
export class MovingAverage {
  readonly weights: Weights;
  private readonly decay: number;

  constructor(decay: number, start: Weights) {
    this.decay = decay;
    this.weights = new Map([...start].map(([name, data]) => [name, data.slice()]));
  }

  add(weights: Weights): void {
    for (const [name, mean] of this.weights) {
      const now = weights.get(name)!;
      for (let i = 0; i < mean.length; i++) mean[i] = this.decay * mean[i]! + (1 - this.decay) * now[i]!;
    }
  }
}
