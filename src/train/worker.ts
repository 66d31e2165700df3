import { move, transferableSymbol, valueSymbol } from 'piscina';
import { ctcLoss, type LogitsShape } from '../ctc/loss.ts';
import { augmentFiles, type AugmentedAudio, type AugmentFiles } from '../augment/recordings.ts';

/** What a thread of `threads` does, by name. */
export interface Work {
  augment: (part: AugmentFiles) => Promise<AugmentedAudio | undefined>;
  loss: (rows: LossRows) => LossOfRows;
}

/** Some rows of a batch's logits, and what should come of them: see `ctcLoss`. */
export interface LossRows {
  logits: Float32Array;
  shape: LogitsShape;
  frameCounts: Int32Array;
  targets: readonly Int32Array[];
  blank: number;
}

export interface LossOfRows {
  losses: Float64Array;
  gradient: Float32Array;
}

export const augment: Work['augment'] = async (part) => {
  const augmented = await augmentFiles(part);
  return augmented && handedOver(augmented, [augmented.audio, augmented.lengths]);
};

export const loss: Work['loss'] = ({ logits, shape, frameCounts, targets, blank }) => {
  const gradient = new Float32Array(logits.length);
  const losses = ctcLoss(logits, shape, frameCounts, targets, blank, gradient);
  return handedOver({ losses, gradient }, [losses, gradient]);
};

/** A result whose numbers go to the other thread as they are, not as a copy. */
function handedOver<T>(result: T, numbers: readonly { buffer: ArrayBufferLike }[]): T {
  return move({
    get [transferableSymbol]() {
      return numbers.map(({ buffer }) => buffer);
    },
    get [valueSymbol]() {
      return result;
    },
  } as never) as T;
}
