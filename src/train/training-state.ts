import type { LossScaleState } from '../onnx/training/loss-scale.ts';
import { readCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { EpochRecord } from './task.ts';

export interface LoopState {
  /** Of the next step to take. */
  epoch: number;
  step: number;
  sums: { loss: number; tokens: number; norm: number; steps: number };
  epochs: EpochRecord[];
  seconds: number;
  frames: number;
  /** Steps on end whose gradient was not finite. */
  broken: number;
  /** Of a training in float16. */
  lossScale?: LossScaleState | undefined;
}

export const freshSums = (): LoopState['sums'] => ({ loss: 0, tokens: 0, norm: 0, steps: 0 });

/** What a training that was cut off goes on from. Without the best of its epochs it has to begin anew. */
export async function savedIn(lastFile: string, bestFile: string): Promise<Checkpoint | undefined> {
  const saved = await readCheckpoint(lastFile);
  const measured = (saved?.state as LoopState | undefined)?.epochs.length ?? 0;
  return measured > 0 && !(await readCheckpoint(bestFile)) ? undefined : saved;
}
