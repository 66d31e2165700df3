import { findingOn, type Finding } from './finding.ts';
import { lettersOf, type Measured } from './measure.ts';

/** How a measure is spread over a corpus. */
export interface MeasureSummary {
  name: string;
  unit: string;
  least: number;
  median: number;
  most: number;
  /** Utterances in bins of equal width from `least` to `most`. */
  bins: number[];
}

/** What is measured, and from where on it is worth a warning. */
const MEASURES: {
  name: string;
  unit: string;
  of: (measured: Measured) => number;
  warn?: (value: number) => string | undefined;
}[] = [
  {
    name: 'duration',
    unit: 's',
    of: (m) => m.quality.duration,
    warn: (v) => (v > 30 ? `long: ${v.toFixed(0)} s; cut it into sentences` : undefined),
  },
  {
    name: 'clipped',
    unit: '% of samples',
    of: (m) => 100 * m.quality.clippedShare,
    warn: (v) => (v > 0.1 ? `clipped: ${v.toFixed(2)} % of samples at full scale` : undefined),
  },
  {
    name: 'silence',
    unit: '% of frames',
    of: (m) => 100 * m.quality.silenceShare,
    warn: (v) => (v > 70 ? `mostly silence: ${v.toFixed(0)} %` : undefined),
  },
  {
    name: 'speech level',
    unit: 'dB',
    of: (m) => m.quality.speechLevelDb,
    warn: (v) => (v < -45 ? `very quiet: ${v.toFixed(0)} dB` : undefined),
  },
  { name: 'noise floor', unit: 'dB', of: (m) => m.quality.noiseFloorDb },
  {
    name: 'signal to noise',
    unit: 'dB',
    of: (m) => m.quality.snrDb,
    warn: (v) => (v < 12 ? `noisy: ${v.toFixed(0)} dB above the noise` : undefined),
  },
  {
    name: 'bandwidth',
    unit: 'Hz',
    of: (m) => m.quality.bandwidthHz,
    warn: (v) => (v < 4400 ? `narrow band: nothing above ${v.toFixed(0)} Hz (telephone or 8 kHz material)` : undefined),
  },
  {
    name: 'DC offset',
    unit: '% of full scale',
    of: (m) => 100 * Math.abs(m.quality.dcOffset),
    warn: (v) => (v > 1 ? `DC offset: ${v.toFixed(1)} % of full scale` : undefined),
  },
  { name: 'pace', unit: 'letters/s', of: (m) => m.pace },
];

const BINS = 20;
/** Robust standard deviations from the usual pace, in logarithms. */
const FAR = 4;
/** A letter or a syllable alone has a pace of its own. */
const [SHORT_LETTERS, SHORT_SECONDS] = [4, 1.5];

export function summariseMeasures(measured: readonly Measured[]): MeasureSummary[] {
  if (measured.length === 0) return [];
  return MEASURES.map(({ name, unit, of }) => {
    const values = measured.map(of).sort((a, b) => a - b);
    const [least, most] = [values[0]!, values.at(-1)!];
    const bins = new Array<number>(BINS).fill(0);
    for (const value of values) bins[Math.min(BINS - 1, Math.floor((BINS * (value - least)) / (most - least || 1)))]!++;
    return { name, unit, least, median: median(values), most, bins };
  });
}

export function qualityFindings(measured: readonly Measured[]): Finding[] {
  return measured.flatMap((m) =>
    MEASURES.flatMap(({ of, warn }) => {
      const what = warn?.(of(m));
      return what ? [findingOn(m, 'warning', what)] : [];
    }),
  );
}

/** Far more or fewer letters a second than the rest: often a transcript of something else. */
export function paceFindings(measured: readonly Measured[]): Finding[] {
  const sorted = measured.map((m) => Math.log(Math.max(0.1, m.pace))).sort((a, b) => a - b);
  const middle = median(sorted);
  const spread = Math.max(0.1, 1.4826 * median(sorted.map((x) => Math.abs(x - middle)).sort((a, b) => a - b)));
  return measured.flatMap((m) => {
    const away = (Math.log(Math.max(0.1, m.pace)) - middle) / spread;
    const isShort = lettersOf(m.utterance.text) < SHORT_LETTERS && m.quality.duration < SHORT_SECONDS;
    if (Math.abs(away) < FAR || isShort) return [];
    const usual = Math.exp(middle).toFixed(0);
    const pace = `${m.pace.toFixed(0)} letters a second of speech, ${usual} are usual`;
    return [findingOn(m, 'warning', `${pace}: is the transcript the right one?`)];
  });
}

export const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;
