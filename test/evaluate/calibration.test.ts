import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ctcLoss } from '../../src/ctc/loss.ts';
import {
  calibrated as worthOf,
  calibrationError,
  confidenceThreshold,
  fitConfidence,
  fitTemperature,
  reliabilityCurve,
  wilson,
  type Judged,
} from '../../src/evaluate/calibration.ts';
import { Random } from '../../src/support/random.ts';

const CLASSES = 5;

/** Logits of a network that knows just how sure to be, and labels drawn as it says. */
function calibrated(rows: number, seed: number): { logits: Float64Array; labels: number[] } {
  const random = new Random(seed);
  const logits = Float64Array.from({ length: rows * CLASSES }, () => 2 * random.normal());
  const labels = Array.from({ length: rows }, (_, row) => {
    const weights = Array.from(logits.subarray(row * CLASSES, (row + 1) * CLASSES), Math.exp);
    let rest = random.next() * weights.reduce((a, b) => a + b, 0);
    return Math.max(
      0,
      weights.findIndex((weight) => (rest -= weight) < 0),
    );
  });
  return { logits, labels };
}

/** Mean −ln of the probability that softmax(logits / temperature) gives the labels. */
function crossEntropy(logits: Float64Array, labels: readonly number[], temperature: number): number {
  return (
    labels.reduce((sum, label, row) => {
      const scaled = Array.from(logits.subarray(row * CLASSES, (row + 1) * CLASSES), (v) => v / temperature);
      return sum + Math.log(scaled.reduce((total, v) => total + Math.exp(v), 0)) - scaled[label]!;
    }, 0) / labels.length
  );
}

const words = (count: number, seed: number, rightAt: (confidence: number) => number): Judged[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const confidence = random.next();
    return { confidence, right: random.next() < rightAt(confidence) };
  });
};

describe('a temperature', () => {
  it('is found again where the logits were multiplied by it', () => {
    const { logits, labels } = calibrated(4000, 1);
    for (const factor of [0.25, 1, 3])
      expect(
        fitTemperature((t) =>
          crossEntropy(
            logits.map((v) => factor * v),
            labels,
            t,
          ),
        ) / factor,
      ).toBeCloseTo(1, 1);
  });

  it('is found for frames without labels, by the CTC loss of what they read', () => {
    const random = new Random('frames');
    const [frames, blank] = [12, 0];
    const spoken = Array.from({ length: 400 }, () => {
      const { logits, labels } = calibrated(frames, random.int(1e9));
      return {
        logits: Float32Array.from(logits),
        target: Int32Array.from(labels.filter((label, t) => label !== blank && label !== labels[t - 1])),
      };
    });
    const loss = (factor: number, t: number): number =>
      spoken.reduce(
        (sum, { logits, target }) =>
          sum +
          ctcLoss(
            logits.map((v) => (factor * v) / t),
            { batch: 1, frames, tokens: CLASSES },
            Int32Array.of(frames),
            [target],
            blank,
            new Float32Array(logits.length),
          )[0]!,
        0,
      );
    for (const factor of [0.5, 1, 2.5]) expect(fitTemperature((t) => loss(factor, t)) / factor).toBeCloseTo(1, 1);
  });

  it('is where the loss is least', () => {
    const { logits, labels } = calibrated(500, 2);
    const loss = (t: number): number => crossEntropy(logits, labels, t);
    const best = fitTemperature(loss);
    for (const other of [0.1, 0.9, 0.99, 1.01, 1.1, 10]) expect(loss(best)).toBeLessThanOrEqual(loss(best * other));
  });

  it('stays within bounds where the loss knows none', () => {
    expect(fitTemperature((t) => t)).toBeCloseTo(0.05, 3);
    expect(fitTemperature((t) => -t)).toBeCloseTo(20, 0);
  });
});

describe('a reliability curve', () => {
  it('lies on the diagonal where confidences mean what they say', () => {
    const curve = reliabilityCurve(words(20_000, 3, (c) => c));
    expect(curve).toHaveLength(10);
    for (const bin of curve) expect(Math.abs(bin.right - bin.confidence)).toBeLessThan(0.04);
    expect(calibrationError(curve)).toBeLessThan(0.02);
  });

  it('shows too much confidence', () => {
    const curve = reliabilityCurve(words(20_000, 4, (c) => c / 2));
    for (const bin of curve.slice(2)) expect(bin.right_ci95[1]).toBeLessThan(bin.confidence);
    expect(calibrationError(curve)).toBeCloseTo(0.25, 1);
  });

  it('counts each word once, however few there are, and keeps equal confidences together', () => {
    const judged = fc.array(fc.record({ confidence: fc.constantFrom(0, 0.25, 0.5, 1), right: fc.boolean() }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(judged, fc.integer({ min: 1, max: 12 }), (all, bins) => {
        const curve = reliabilityCurve(all, bins);
        expect(curve.reduce((sum, bin) => sum + bin.count, 0)).toBe(all.length);
        expect(new Set(curve.map((bin) => bin.confidence)).size).toBe(curve.length);
      }),
    );
    expect(calibrationError([])).toBe(0);
  });
});

describe('a threshold', () => {
  it('promises what it keeps, though it was chosen on the same words', () => {
    // Right with probability ½ + c/2: of the words above t, (3 + t) / 4 are right; 95 % from 0.8 on.
    let broken = 0;
    for (let seed = 0; seed < 100; seed++) {
      const found = confidenceThreshold(
        words(1000, seed, (c) => 0.5 + c / 2),
        0.95,
      );
      if (found && (3 + found.threshold) / 4 < 0.95) broken++;
    }
    expect(broken).toBeLessThanOrEqual(6);
  });

  it('keeps as many words as it can prove', () => {
    const found = confidenceThreshold(
      words(20_000, 7, (c) => 0.5 + c / 2),
      0.9,
    )!;
    // (3 + t) / 4 = 0.9 at t = 0.6, where 40 % of the words are kept; the next tenth down it can’t promise.
    expect(found.kept).toBeGreaterThan(0.25);
    expect(found.kept).toBeLessThanOrEqual(0.4);
    expect(found.right_at_least).toBeGreaterThanOrEqual(0.9);
    expect(found.right).toBeGreaterThan(found.right_at_least);
  });

  it('keeps all where all is right, and nothing where that proves nothing', () => {
    const right = (count: number): Judged[] =>
      Array.from({ length: count }, (_, i) => ({ confidence: i / count, right: true }));
    expect(confidenceThreshold(right(2000), 0.95)).toMatchObject({ threshold: 0, kept: 1, words: 2000 });
    expect(confidenceThreshold(right(100), 0.95)).toBeUndefined();
    expect(confidenceThreshold([], 0.95)).toBeUndefined();
  });

  it('never parts words of one confidence', () => {
    const judged = Array.from({ length: 1000 }, (_, i) => ({ confidence: 0.9, right: i > 500 }));
    expect(confidenceThreshold(judged, 0.95)).toBeUndefined();
    expect(confidenceThreshold(judged, 0.4)).toMatchObject({ threshold: 0.9, kept: 1, right: 0.499 });
  });
});

describe('Wilson’s interval', () => {
  it('has the values of the textbook', () => {
    expect(wilson(8, 10, 1.96).map((v) => v.toFixed(3))).toEqual(['0.490', '0.943']);
    expect(wilson(0, 10, 1.96).map((v) => v.toFixed(3))).toEqual(['0.000', '0.278']);
    expect(wilson(0, 0, 1.96)).toEqual([0, 1]);
  });
});

describe('the curve from confidence to the chance of being right', () => {
  const random = new Random('curve');
  /** Words that are right as often as a curve says, whatever confidence they come with. */
  const words = (slope: number, offset: number, count = 20_000): Judged[] =>
    Array.from({ length: count }, () => {
      const x = random.between(-3, 5);
      return { confidence: 1 / (1 + Math.exp(-x)), right: random.next() < 1 / (1 + Math.exp(-(slope * x + offset))) };
    });

  it('is found again, and calibrates words that it has not seen', () => {
    const curve = fitConfidence(words(0.5, -1.5))!;
    expect(curve.slope).toBeCloseTo(0.5, 1);
    expect(curve.offset).toBeCloseTo(-1.5, 1);
    const unseen = words(0.5, -1.5);
    expect(calibrationError(reliabilityCurve(unseen))).toBeGreaterThan(0.2);
    expect(
      calibrationError(
        reliabilityCurve(unseen.map((word) => ({ ...word, confidence: worthOf(curve, word.confidence) }))),
      ),
    ).toBeLessThan(0.03);
  });

  it('is flat where confidence says nothing or the opposite, and is certain of nothing after few words', () => {
    expect(fitConfidence(words(-1, 0))!.slope).toBe(0);
    const sure = fitConfidence([
      { confidence: 0.9, right: true },
      { confidence: 0.8, right: true },
    ])!;
    expect(worthOf(sure, 0.99)).toBeLessThan(0.95);
    expect(
      worthOf(
        fitConfidence([
          { confidence: 1, right: true },
          { confidence: 0, right: false },
        ])!,
        1,
      ),
    ).toBeGreaterThan(0.5);
    expect(fitConfidence([])).toBeUndefined();
  });
});

describe('a curve that knows how unlike a recording is', () => {
  /** Right as often as confidence says, less 10 points of logit for each deviation. */
  const words = (seed: number, unlike: (random: Random) => number): Judged[] => {
    const random = new Random(seed);
    return Array.from({ length: 20_000 }, () => {
      const [confidence, distance] = [random.next(), unlike(random)];
      const logit = Math.log(confidence / (1 - confidence)) - 0.5 * Math.max(0, distance);
      return { confidence, unlike: distance, right: random.next() < 1 / (1 + Math.exp(-logit)) };
    });
  };

  it('takes off what distance costs, and adds nothing for what is closer than usual', () => {
    const curve = fitConfidence(words(1, (random) => 4 * random.next() - 2))!;
    expect(curve.slope).toBeCloseTo(1, 1);
    expect(curve.unlike).toBeCloseTo(0.5, 1);
    expect(worthOf(curve, 0.8, 4)).toBeLessThan(worthOf(curve, 0.8, 0) - 0.2);
    expect(worthOf(curve, 0.8, -4)).toBe(worthOf(curve, 0.8));
  });

  it('has no weight where distance says nothing, or the wrong way round', () => {
    const wrong = words(2, (random) => 2 * random.next()).map((word) => ({ ...word, unlike: 2 - word.unlike! }));
    expect(fitConfidence(wrong)).not.toHaveProperty('unlike');
    expect(fitConfidence(words(3, () => 0))).not.toHaveProperty('unlike');
  });
});
