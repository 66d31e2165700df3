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
import { UNLIKE } from '../evaluate/likeness.ts';
import type { Evaluated, RecognisedWord } from './evaluate-model.ts';

/** The share of words that have to be right above the threshold. */
const WANTED = 0.95;

/**
 * The curve from the network's confidence to the chance that a word is right, and what it makes of a split.
 * @param dev as it was recorded, and as it might have been elsewhere
 */
export function calibrate(dev: readonly Evaluated[]): {
  curve?: ConfidenceCurve;
  apply: (evaluated: Evaluated) => Evaluated;
} {
  const curve = fitConfidence(dev.flatMap(judgedWords));
  if (!curve) return { apply: (evaluated) => evaluated };
  const withCurve = (words: readonly RecognisedWord[], unlike: number | undefined): RecognisedWord[] =>
    words.map((word) => ({ ...word, confidence: calibrated(curve, word.confidence, unlike) }));
  return {
    curve,
    apply: (evaluated) => ({
      ...evaluated,
      words: evaluated.words.map((words, i) => withCurve(words, evaluated.unlike[i])),
    }),
  };
}

/**
 * Finds on dev above which confidence words are right, and looks on test whether that holds.
 * @param ofFrames test as it is without the curve of the words
 */
export function confidenceOf(frames: Temperature, dev: Evaluated, test: Evaluated, ofFrames: Evaluated): Confidence {
  const threshold = confidenceThreshold(judgedWords(dev), WANTED);
  const words = judgedWords(test);
  const reliability = reliabilityCurve(words);
  const compared = test.unlike.filter((unlike) => unlike !== undefined);
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
    calibration_error_of_frames: calibrationError(reliabilityCurve(judgedWords(ofFrames))),
    ...(compared.length > 0 ? { unlike: compared.filter((unlike) => unlike > UNLIKE).length / compared.length } : {}),
  };
}

/** Each recognised word with its confidence, and whether it stands in the reference at that place. */
export function judgedWords({ pairs, words, unlike }: Evaluated): Judged[] {
  return pairs.flatMap((pair, i) => {
    const right = new Set(pair.words.steps.filter(({ edit }) => edit === 'equal').map(({ hypothesis }) => hypothesis));
    return words[i]!.map(({ confidence }, w) => ({ confidence, right: right.has(w), unlike: unlike[i] ?? 0 }));
  });
}
