import meydaModule from 'meyda';
import { SAMPLE_RATE } from './format.ts';

/** What can be said of a recording without understanding it. Levels are dB below full scale. */
export interface Quality {
  /** Seconds. */
  duration: number;
  /** Share of samples that are cut off flat, at whatever level. */
  clippedShare: number;
  /** Share of frames 30 dB or more below the speech level. */
  silenceShare: number;
  speechLevelDb: number;
  noiseFloorDb: number;
  /** Speech level less noise floor: an estimate, high where pauses are digital silence. */
  snrDb: number;
  /** Highest frequency with something in it: about 4000 for telephone speech, whatever its sample rate. */
  bandwidthHz: number;
  dcOffset: number;
}

// Its types describe an ES module; what Node loads is the object itself.
const meyda = meydaModule as unknown as typeof meydaModule.default;

const FRAME = 512;
const FLOOR_DB = -100;
/** How much higher than full scale resampling makes what was cut off there. */
const HIGHEST_RIPPLE = 1.5;
/** So many times more than as near below, and some. */
const [PILE, FEW] = [3, 8];
/** What lies this far below the loudest frequency is taken for nothing. */
const BAND_EDGE_DB = 60;

/** Measures a recording, 16 kHz mono. Frames of 32 ms; the band by Meyda's power spectrum. */
export function measureQuality(samples: Float32Array): Quality {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]!;
  const levels = sortedLevels(samples);
  const { speechLevelDb, noiseFloorDb } = speechAndNoise(levels);
  const silent = levels.filter((level) => level < speechLevelDb - 30).length;
  return {
    duration: samples.length / SAMPLE_RATE,
    clippedShare: clippedShare(samples),
    silenceShare: silent / Math.max(1, levels.length),
    speechLevelDb,
    noiseFloorDb,
    snrDb: speechLevelDb - noiseFloorDb,
    bandwidthHz: bandEdge(summedSpectrum(samples)),
    dcOffset: sum / Math.max(1, samples.length),
  };
}

/**
 * Where sound is cut off, samples pile up: far more lie at the top than a little below it. The top is the highest
 * sample, or full scale where resampling has made some a little higher. What is merely loud (floats go beyond full
 * scale) thins out towards its top.
 */
function clippedShare(samples: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]!));
  if (peak === 0) return 0;
  const tops = peak > 1 && peak < HIGHEST_RIPPLE ? [peak, 1] : [peak];
  return Math.max(...tops.map((top) => pileAt(samples, top) / samples.length));
}

/** Samples at a level or beyond it, if there are far more around it than as near below. */
function pileAt(samples: Float32Array, top: number): number {
  let [around, below, beyond] = [0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const level = Math.abs(samples[i]!) / top;
    if (level >= 0.97 && level < 0.99) below++;
    else if (level >= 0.99 && level <= 1.01) around++;
    else if (level > 1.01) beyond++;
  }
  return around > PILE * below + FEW ? around + beyond : 0;
}

/** Speech level less noise floor alone, in dB: far less work than measuring all. */
export function signalToNoise(samples: Float32Array): number {
  const { speechLevelDb, noiseFloorDb } = speechAndNoise(sortedLevels(samples));
  return speechLevelDb - noiseFloorDb;
}

/** Level of each frame in dB, lowest first. */
function sortedLevels(samples: Float32Array): Float64Array {
  const levels = new Float64Array(Math.floor(samples.length / FRAME));
  for (let f = 0; f < levels.length; f++) {
    let squares = 0;
    for (let i = f * FRAME; i < (f + 1) * FRAME; i++) squares += samples[i]! * samples[i]!;
    levels[f] = Math.max(FLOOR_DB, 10 * Math.log10(squares / FRAME));
  }
  return levels.sort();
}

/** Percentiles rather than means: a click or a breath must not set the level. */
function speechAndNoise(levels: Float64Array): { speechLevelDb: number; noiseFloorDb: number } {
  return {
    speechLevelDb: levels[Math.floor(levels.length * 0.9)] ?? FLOOR_DB,
    noiseFloorDb: levels[Math.floor(levels.length * 0.05)] ?? FLOOR_DB,
  };
}

function summedSpectrum(samples: Float32Array): Float64Array {
  meyda.sampleRate = SAMPLE_RATE;
  meyda.bufferSize = FRAME;
  const spectrum = new Float64Array(FRAME / 2);
  for (let start = 0; start + FRAME <= samples.length; start += FRAME)
    meyda
      .extract(['powerSpectrum'], samples.subarray(start, start + FRAME))
      ?.powerSpectrum?.forEach((power, bin) => (spectrum[bin]! += power));
  return spectrum;
}

function bandEdge(spectrum: Float64Array): number {
  const edge = Math.max(...spectrum) * 10 ** (-BAND_EDGE_DB / 10);
  let bin = spectrum.length - 1;
  while (bin > 0 && spectrum[bin]! <= edge) bin--;
  return ((bin + 1) * SAMPLE_RATE) / FRAME;
}
