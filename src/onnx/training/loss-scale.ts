import type * as ort from '../runtime/ort.ts';
import { floatData, floats } from '../runtime/session.ts';

export interface LossScaleState {
  factor: number;
  /** Steps since it changed. */
  steps: number;
}

/** As PyTorch's GradScaler has them. */
const [START, GROWS_AFTER] = [2 ** 16, 2000];

/**
 * Keeps gradients inside float16 (Micikevicius et al. 2018): the loss's gradient goes in larger by a factor, and the
 * weights' are taken for as much smaller. Where one overflows, nothing is moved and the factor is halved; where none
 * has for long, it is doubled.
 */
export class LossScale {
  private current: LossScaleState;

  constructor(state: LossScaleState = { factor: START, steps: 0 }) {
    this.current = state;
  }

  get state(): LossScaleState {
    return this.current;
  }

  get factor(): number {
    return this.current.factor;
  }

  times(gradient: ort.Tensor): ort.Tensor {
    const { factor } = this;
    return floats(
      floatData(gradient).map((x) => x * factor),
      gradient.dims,
    );
  }

  /** @param norm of all gradients of a step */
  after(norm: number): void {
    const { factor, steps } = this.current;
    if (!Number.isFinite(norm)) this.current = { factor: factor / 2, steps: 0 };
    else this.current = steps + 1 < GROWS_AFTER ? { factor, steps: steps + 1 } : { factor: factor * 2, steps: 0 };
  }
}
