import meydaModule from 'meyda';
import { SAMPLE_RATE } from './format.ts';

/** What can be said of a recording without understanding it. Levels are dB below full scale. */
export interface Quality {
  /** Seconds. */
  duration: number;
  /** Share of samples at full scale. */
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
/** What lies this far below the loudest frequency is taken for nothing. */
const BAND_EDGE_DB = 60;

/** Measures a recording, 16 kHz mono. Frames of 32 ms; the band by Meyda's power spectrum. */
export function measureQuality(samples: Float32Array): Quality {
  let sum = 0;
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) {
    sum += samples[i]!;
    if (Math.abs(samples[i]!) >= 0.999) clipped++;
  }
  const levels = sortedLevels(samples);
  const { speechLevelDb, noiseFloorDb } = speechAndNoise(levels);
  const silent = levels.filter((level) => level < speechLevelDb - 30).length;
  return {
    duration: samples.length / SAMPLE_RATE,
    clippedShare: clipped / Math.max(1, samples.length),
    silenceShare: silent / Math.max(1, levels.length),
    speechLevelDb,
    noiseFloorDb,
    snrDb: speechLevelDb - noiseFloorDb,
    bandwidthHz: bandEdge(summedSpectrum(samples)),
    dcOffset: sum / Math.max(1, samples.length),
  };
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
