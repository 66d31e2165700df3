import {
  calibrated,
  calibrationError,
  confidenceThreshold,
  fitConfidence,
  reliabilityCurve,
  type Confidence,
  type ConfidenceCurve,
  type Judged,
  type Temperature,
} from '../evaluate/calibration.ts';
import type { Evaluated, RecognisedWord } from './evaluate-model.ts';

/** The share of words that have to be right above the threshold. */
const WANTED = 0.95;

/**
 * The curve from the network's confidence to the chance that a word is right, fitted on dev, and what it makes of a
 * split.
 */
export function calibrate(dev: Evaluated): { curve?: ConfidenceCurve; apply: (evaluated: Evaluated) => Evaluated } {
  const curve = fitConfidence(judged(dev));
  if (!curve) return { apply: (evaluated) => evaluated };
  const withCurve = (words: readonly RecognisedWord[]): RecognisedWord[] =>
    words.map((word) => ({ ...word, confidence: calibrated(curve, word.confidence) }));
  return { curve, apply: ({ pairs, words }) => ({ pairs, words: words.map(withCurve) }) };
}

/**
 * Finds on dev above which confidence words are right, and looks on test whether that holds.
 * @param ofFrames test as it is without the curve of the words
 */
export function confidenceOf(frames: Temperature, dev: Evaluated, test: Evaluated, ofFrames: Evaluated): Confidence {
  const threshold = confidenceThreshold(judged(dev), WANTED);
  const words = judged(test);
  const reliability = reliabilityCurve(words);
  const above = words.filter(({ confidence }) => threshold && confidence >= threshold.threshold);
  return {
    frames,
    ...(threshold
      ? {
          threshold,
          test: {
            kept: above.length / Math.max(1, words.length),
            right: above.filter(({ right }) => right).length / Math.max(1, above.length),
          },
        }
      : {}),
    reliability,
    calibration_error: calibrationError(reliability),
    calibration_error_of_frames: calibrationError(reliabilityCurve(judged(ofFrames))),
  };
}

/** Each recognised word with its confidence, and whether it stands in the reference at that place. */
function judged({ pairs, words }: Evaluated): Judged[] {
  return pairs.flatMap((pair, i) => {
    const right = new Set(pair.words.steps.filter(({ edit }) => edit === 'equal').map(({ hypothesis }) => hypothesis));
    return words[i]!.map(({ confidence }, w) => ({ confidence, right: right.has(w) }));
  });
}
