import { hearsLogMel, type Architecture } from './architecture.ts';

/**
 * The front end, and the phones that a head starts from: convolutions run as fast in float32, and what they round off
 * goes through all that follows.
 */
const FRONT_AND_PHONES = /(^|\/)(constant_|(feature_encoder|phones)\.)/;
/**
 * In Whisper's upper blocks a few numbers are a hundred times as large as all others, which 8 bits for all of them
 * would round to nothing.
 */
const OUTLYING = /\.feed_forward\.out\./;

/** Weights of isogloss's networks that 8 bits don't pay for. */
export const staysExact =
  (architecture: Architecture) =>
  (weight: string): boolean =>
    FRONT_AND_PHONES.test(weight) || (hearsLogMel(architecture) && OUTLYING.test(weight));
