import { calibrated, calibrationError, confidenceThreshold, fitConfidence, reliabilityCurve, type ConfidenceCurve, type Judged, type ReliabilityBin, type Threshold } from '../evaluate/calibration.ts';
import type { Evaluated, HeardWord } from './evaluate-model.ts';

/** The share of words that have to be right above the threshold. */
const WANTED = 0.95;

/** What the words' confidences are worth, as `metrics.json` has it. */
export interface Confidence {
  /** Found on dev: above it, 95 % of the words are right; absent where dev can't promise that. */
  threshold?: Threshold;
  /** What that threshold does on test. */
  test?: { kept: number; right: number };
  /** On test: mean confidence and share of right words, by tenths of confidence. */
  reliability: ReliabilityBin[];
  /** On test: how far confidence is from the share of right words, on average. */
  calibration_error: number;
}

/** The curve from the network's confidence to the chance that a word is right, fitted on dev, and what it makes of a split. */
export function calibrate(dev: Evaluated): { curve?: ConfidenceCurve; apply: (evaluated: Evaluated) => Evaluated } {
  const curve = fitConfidence(judged(dev));
  if (!curve) return { apply: (evaluated) => evaluated };
  const worth = (words: readonly HeardWord[]): HeardWord[] => words.map((word) => ({ ...word, confidence: calibrated(curve, word.confidence) }));
  return { curve, apply: ({ pairs, words }) => ({ pairs, words: words.map(worth) }) };
}

/** Finds on dev above which confidence words are right, and looks on test whether that holds. */
export function confidenceOf(dev: Evaluated, test: Evaluated): Confidence {
  const threshold = confidenceThreshold(judged(dev), WANTED);
  const words = judged(test);
  const reliability = reliabilityCurve(words);
  const above = words.filter(({ confidence }) => threshold && confidence >= threshold.threshold);
  return {
    ...(threshold ? { threshold, test: { kept: above.length / Math.max(1, words.length), right: above.filter(({ right }) => right).length / Math.max(1, above.length) } } : {}),
    reliability,
    calibration_error: calibrationError(reliability),
  };
}

/** Each recognised word with its confidence, and whether it stands in the reference at that place. */
function judged({ pairs, words }: Evaluated): Judged[] {
  return pairs.flatMap((pair, i) => {
    const right = new Set(pair.words.steps.filter(({ edit }) => edit === 'equal').map(({ hypothesis }) => hypothesis));
    return words[i]!.map(({ confidence }, w) => ({ confidence, right: right.has(w) }));
  });
}
