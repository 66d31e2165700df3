import { windowed } from '../../onnx/graph/strided-windows.ts';
import type { Dim, Graph, Value } from '../../onnx/graph/graph.ts';
import { add, concat, matmul, mul, reshape, sub, trim } from '../../onnx/graph/ops.ts';

/** Samples from one spectrum to the next, 10 ms, and of one spectrum, 25 ms, at 16 kHz. */
const HOP = 160;
const WINDOW = 400;
const BINS = WINDOW / 2 + 1;
const RATE = 16000;

export interface LogMelSettings {
  /** Mel bands: 80, or 128 in Whisper's largest. */
  mels: number;
  /** What the sound is multiplied with first. */
  gain?: number;
}

/**
 * Whisper's log-mel spectrogram (Radford et al. 2022) inside a graph: two spectra a frame of 20 ms, log10 of the power
 * in mel bands, no more than 8 below the recording's loudest, moved by 4 and a quarter as high. A frame's spectra look
 * at sound that is there, so that what lies behind a recording changes nothing.
 * @param audio [batch, samples], padded to 320 · frames + 155
 * @param mask [batch, frames], 1 on frames that are there
 * @returns [batch, steps, mels], two steps a frame; 0 where no frame is
 */
export function logMel(g: Graph, audio: Value, mask: Value, { mels, gain = 1 }: LogMelSettings): Value {
  const power = bandPower(g, spectrumWindows(g, audio), mels, gain);
  const floor = g.scalar(1e-10);
  const logs = mul(g, g.node('Log', [g.node('Max', [power, floor])]), g.scalar(Math.LOG10E));
  const present = stepMask(g, mask);
  // Below any loudness where no frame is.
  const padded = add(g, mul(g, logs, present), mul(g, sub(g, present, g.scalar(1)), g.scalar(100)));
  const loudest = g.node('ReduceMax', [padded, g.integers([1, 2])], { keepdims: { int: 1 } });
  const near = g.node('Max', [logs, sub(g, loudest, g.scalar(8))], {}, 'Max', logs.dims);
  return mul(g, mul(g, add(g, near, g.scalar(4)), g.scalar(1 / 4)), present);
}

/** [batch, samples] → [batch, steps, 400]: around every 160th sample, the first half of the first one mirrored. */
function spectrumWindows(g: Graph, audio: Value): Value {
  const batch = audio.dims[0]!;
  const before = WINDOW / 2;
  const mirrored = g.node('Pad', [audio, g.integers([0, before, 0, 0])], { mode: { text: 'reflect' } }, 'mirrored', [
    batch,
    'samples+200',
  ]);
  // 320 · frames + 355 samples then, of which two strides more than there are steps are looked at.
  const whole = trim(g, mirrored, 1, 0, 155 + before - 2 * HOP);
  return windowed(g, reshape(g, whole, [batch, whole.dims[1]!, 1]), WINDOW, HOP, 'steps');
}

/**
 * Windows [batch, steps, 400] → power in each band, [batch, steps, mels]: a discrete Fourier transform and a filter
 * bank as products.
 */
function bandPower(g: Graph, windows: Value, mels: number, gain: number): Value {
  const spectrum = matmul(g, windows, g.constant(fourier(gain), [WINDOW, 2 * BINS], 'constant_fourier'));
  const squares = mul(g, spectrum, spectrum);
  // Real and imaginary parts' squares are added by the filters, which stand there twice.
  const bank = filterBank(mels);
  return matmul(g, squares, g.constant(twice(bank), [2 * BINS, mels], 'constant_filters'));
}

/** The real and the imaginary part of each frequency under a Hann window, [400, 201 + 201]. */
function fourier(gain: number): Float32Array {
  const matrix = new Float32Array(WINDOW * 2 * BINS);
  for (let n = 0; n < WINDOW; n++) {
    const weight = gain * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / WINDOW));
    for (let k = 0; k < BINS; k++) {
      const angle = (2 * Math.PI * ((k * n) % WINDOW)) / WINDOW;
      matrix[n * 2 * BINS + k] = weight * Math.cos(angle);
      matrix[n * 2 * BINS + BINS + k] = -weight * Math.sin(angle);
    }
  }
  return matrix;
}

/**
 * Slaney's triangular filters of equal area from 0 to 8000 Hz (Auditory Toolbox 1998), as librosa makes them: [201,
 * mels].
 */
function filterBank(mels: number): Float32Array {
  const top = toMel(RATE / 2);
  const edges = Array.from({ length: mels + 2 }, (_, i) => toHertz((top * i) / (mels + 1)));
  const bank = new Float32Array(BINS * mels);
  for (let k = 0; k < BINS; k++)
    for (let m = 0; m < mels; m++) {
      const [low, centre, high] = edges.slice(m, m + 3) as [number, number, number];
      const frequency = (k * RATE) / WINDOW;
      const height = Math.min((frequency - low) / (centre - low), (high - frequency) / (high - centre));
      bank[k * mels + m] = (Math.max(0, height) * 2) / (high - low);
    }
  return bank;
}

/** Mels as Slaney counts them: even up to 1 kHz, logarithmic above. */
const toMel = (hertz: number): number =>
  hertz < 1000 ? (3 * hertz) / 200 : 15 + (27 * Math.log(hertz / 1000)) / Math.log(6.4);
const toHertz = (mel: number): number =>
  mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((Math.log(6.4) * (mel - 15)) / 27);

function twice(matrix: Float32Array): Float32Array {
  const result = new Float32Array(2 * matrix.length);
  result.set(matrix);
  result.set(matrix, matrix.length);
  return result;
}

/** Frames [batch, frames] → their steps, [batch, steps, 1]. */
function stepMask(g: Graph, mask: Value): Value {
  const [batch, frames] = mask.dims as [Dim, Dim];
  const column = g.node('Unsqueeze', [mask, g.integers([2])], {}, 'Unsqueeze', [batch, frames, 1]);
  return reshape(g, concat(g, [column, column], 2), [batch, 'steps', 1]);
}
