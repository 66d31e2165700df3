import { move, transferableSymbol, valueSymbol } from 'piscina';
import { ctcLoss, type LogitsShape } from '../ctc/loss.ts';
import { hearPart, type Heard, type Part } from '../augment/augmented.ts';

/** What a thread of `threads` does, by name. */
export interface Work {
  augment: (part: Part) => Promise<Heard | undefined>;
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
  const heard = await hearPart(part);
  return heard && handedOver(heard, [heard.audio, heard.lengths]);
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
