import { logit, logistic, sigmoid } from './logistic-regression.ts';

/*
 * What a recogniser's confidences are worth. All of it is fitted and measured on speech that training did not see.
 */

/** A recognised word (or token): how sure the recogniser was, 0 to 1, and whether it was right. */
export interface Judged {
  confidence: number;
  right: boolean;
  /** How unlike what the recogniser learnt from its recording is: see likeness.ts. 0, if absent. */
  unlike?: number;
}

/** Above this the softmax is all but flat, below that all but one-hot. */
const [COLDEST, HOTTEST] = [0.05, 20];
const GOLDEN_SECTION = (Math.sqrt(5) - 1) / 2;
const TENTHS = 10;
/** z of a one-sided 95 % bound that holds for ten attempts together: 99.5 %. */
const Z_OF_TEN = 2.5758;
const Z_95 = 1.96;

/**
 * The temperature T that makes the labels most likely where logits are divided by it (Guo et al. 2017): above 1 where
 * the network is too sure of itself. The loss has one minimum in 1/T for a softmax, so a search between two bounds
 * finds it.
 * @param loss mean −log probability of the labels under a temperature
 */
export function fitTemperature(loss: (temperature: number) => number): number {
  const lossAt = (sharpness: number): number => loss(1 / sharpness);
  let [low, high] = [1 / HOTTEST, 1 / COLDEST];
  // In steps of the ratio: the bounds are far apart.
  const between = (share: number): number => low * (high / low) ** share;
  let [left, right] = [between(1 - GOLDEN_SECTION), between(GOLDEN_SECTION)];
  let [lossLeft, lossRight] = [lossAt(left), lossAt(right)];
  while (high / low > 1.001) {
    if (lossLeft <= lossRight) {
      [high, right, lossRight] = [right, left, lossLeft];
      left = between(1 - GOLDEN_SECTION);
      lossLeft = lossAt(left);
    } else {
      [low, left, lossLeft] = [left, right, lossRight];
      right = between(GOLDEN_SECTION);
      lossRight = lossAt(right);
    }
  }
  return 1 / Math.sqrt(low * high);
}

/**
 * A logistic curve from the recogniser's own confidence, and how unlike its recording is, to the chance that it is
 * right.
 */
export interface ConfidenceCurve {
  slope: number;
  offset: number;
  /** Taken off for each standard deviation that a recording is unlike those of the training; nothing, if absent. */
  unlike?: number | undefined;
}

/**
 * Fits the curve to words that were judged (Platt 1999, with his smoothed targets, so that few words give no
 * certainty): Newton's method on the cross-entropy, which has one minimum.
 * @returns undefined where there are no words
 */
export function fitConfidence(judged: readonly Judged[]): ConfidenceCurve | undefined {
  if (judged.length === 0) return undefined;
  const right = judged.filter((word) => word.right).length;
  const [yes, no] = [(right + 1) / (right + 2), 1 / (judged.length - right + 2)];
  const base = logit((right + 1) / (judged.length + 2));
  const targets = judged.map((word) => (word.right ? yes : no));
  const differ = judged.some(({ unlike = 0 }) => unlike > 0);
  const [slope, offset, weight = 0] = logistic(
    judged.map(({ confidence, unlike }) => [logit(confidence), 1, ...(differ ? [-distanceOf(unlike)] : [])]),
    targets,
    [0, base, ...(differ ? [0] : [])],
  ) as [number, number, number?];
  // A recogniser that is surer where it is wrong has nothing to tell, nor has a distance at which it is right more
  // often.
  if (differ && weight <= 0) return fitConfidence(judged.map(({ confidence, right }) => ({ confidence, right })));
  if (slope <= 0) return { slope: 0, offset: base };
  return { slope, offset, ...(differ ? { unlike: weight } : {}) };
}

/**
 * All that turns what a network puts out into the chance that a word is right: its logits' temperature, then the curve.
 */
export interface Calibration extends ConfidenceCurve {
  temperature: number;
}

/** @param unlike how unlike what it learnt from the word's recording is */
export const calibrated = (
  { slope, offset, unlike: weight = 0 }: ConfidenceCurve,
  confidence: number,
  unlike?: number,
): number => sigmoid(slope * logit(confidence) + offset - weight * distanceOf(unlike));

/** What is closer than usual is no more sure for that. */
const distanceOf = (unlike = 0): number => Math.max(0, unlike);

/** One point of a reliability curve. Shares. */
export interface ReliabilityBin {
  count: number;
  /** Mean in the bin. */
  confidence: number;
  right: number;
  /** 95 % Wilson interval of `right`. */
  right_ci95: [number, number];
}

/**
 * Confidence against the share that is right: on the diagonal where the confidences mean what they say. Bins hold
 * equally many, so that each point is worth as much; equal confidences stay in one bin.
 */
export function reliabilityCurve(judged: readonly Judged[], bins = 10): ReliabilityBin[] {
  const sorted = [...judged].sort((a, b) => a.confidence - b.confidence);
  const curve: ReliabilityBin[] = [];
  for (let start = 0; start < sorted.length;) {
    let end = Math.max(start + 1, Math.round(((curve.length + 1) * sorted.length) / bins));
    while (end < sorted.length && sorted[end]!.confidence === sorted[end - 1]!.confidence) end++;
    const members = sorted.slice(start, end);
    const right = members.filter((m) => m.right).length;
    curve.push({
      count: members.length,
      confidence: members.reduce((sum, m) => sum + m.confidence, 0) / members.length,
      right: right / members.length,
      right_ci95: wilson(right, members.length, Z_95),
    });
    start = end;
  }
  return curve;
}

/**
 * Expected calibration error: how far the curve is from the diagonal, weighted by what is in each bin. 0 is perfect.
 */
export function calibrationError(curve: readonly ReliabilityBin[]): number {
  const all = curve.reduce((sum, bin) => sum + bin.count, 0);
  return all > 0 ? curve.reduce((sum, bin) => sum + bin.count * Math.abs(bin.right - bin.confidence), 0) / all : 0;
}

export interface Threshold {
  /** Words with at least this confidence need not be looked at. */
  threshold: number;
  /** How many of all words that is: a share. */
  kept: number;
  /** Share of these that is right, in the data at hand. */
  right: number;
  /** What that share is at least, with 95 % confidence. */
  right_at_least: number;
  words: number;
}

/**
 * The lowest confidence above which so large a share of the words is right, for people who correct a transcript by hand
 * and want to know where to look. Ten thresholds are tried, which keep a tenth of the words, two tenths, and so on to
 * all; the lower bound of the share has to reach the wanted one, and is lowered for the ten attempts (Bonferroni), so
 * that a lucky streak is not taken for quality. Few words prove nothing: 95 % takes at least 126 words in a tenth, all
 * of them right.
 * @param wanted share, e.g. 0.95
 * @returns undefined when none of them can promise it
 */
export function confidenceThreshold(judged: readonly Judged[], wanted: number): Threshold | undefined {
  const sorted = [...judged].sort((a, b) => b.confidence - a.confidence);
  let best: Threshold | undefined;
  for (let tenth = 1, words = 0, right = 0; tenth <= TENTHS && words < sorted.length; tenth++) {
    const least = Math.round((tenth * sorted.length) / TENTHS);
    // Words of one confidence are kept together or not at all.
    for (
      ;
      words < sorted.length && (words < least || sorted[words]!.confidence === sorted[words - 1]?.confidence);
      words++
    )
      if (sorted[words]!.right) right++;
    if (words === 0) continue;
    const atLeast = wilson(right, words, Z_OF_TEN)[0];
    if (atLeast >= wanted)
      best = {
        threshold: sorted[words - 1]!.confidence,
        kept: words / sorted.length,
        right: right / words,
        right_at_least: atLeast,
        words,
      };
  }
  return best;
}

/** What `metrics.json` says of the temperature of the frames' softmax. Losses are nats a token, on dev. */
export interface Temperature {
  temperature: number;
  loss_before: number;
  loss_after: number;
}

/** What the words' confidences are worth, as `metrics.json` has it. */
export interface Confidence {
  /** Of the frames' softmax, found on dev. */
  frames: Temperature;
  /** Found on dev: above it, 95 % of the words are right; absent where dev can't promise that. */
  threshold?: Threshold;
  /** What that threshold does on test. */
  test?: { kept: number; right: number };
  /** On test: mean confidence and share of right words, by tenths of confidence. */
  reliability: ReliabilityBin[];
  /** On test: how far confidence is from the share of right words, on average. */
  calibration_error: number;
  /** The same under the temperature alone, without the curve of the words. */
  calibration_error_of_frames: number;
  /** The share of test's recordings that are unlike what was learnt from. */
  unlike?: number;
}

/** The interval of a share (Wilson 1927): honest where few were counted and where all were right. */
export function wilson(right: number, count: number, z: number): [number, number] {
  if (count === 0) return [0, 1];
  const share = right / count;
  const scale = 1 / (1 + (z * z) / count);
  const middle = scale * (share + (z * z) / (2 * count));
  const half = scale * z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
