import { SAMPLE_RATE } from './sample-rate.ts';

/** Loudness is measured in stretches of 20 ms. */
const STEP = SAMPLE_RATE / 50;

/**
 * Cuts a long recording where it is quietest, so that no piece is longer than `longest` seconds. Nothing is left out:
 * the pieces follow one another. Places are sample numbers.
 */
export function segmentBySilence(samples: Float32Array, longest: number): { start: number; end: number }[] {
  const most = longest * SAMPLE_RATE;
  const pieces: { start: number; end: number }[] = [];
  let start = 0;
  while (samples.length - start > most) {
    // From the last two thirds of what fits: pieces neither too long nor needlessly short.
    const cut = quietest(samples, start + Math.floor(most / 3), start + most);
    pieces.push({ start, end: cut });
    start = cut;
  }
  pieces.push({ start, end: samples.length });
  return pieces;
}

/**
 * Of the fifth of a second around a place, how loud it is beside the whole: 1 where it is as loud. In terms of energy.
 */
export function loudnessAt(samples: Float32Array, place: number): number {
  const around = samples.subarray(Math.max(0, place - 5 * STEP), place + 5 * STEP);
  const [here, all] = [meanEnergy(around), meanEnergy(samples)];
  return all === 0 ? 0 : here / all;
}

function meanEnergy(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2;
  return sum / samples.length;
}

/** The middle of the quietest fifth of a second between two places. */
function quietest(samples: Float32Array, from: number, to: number): number {
  const energies: number[] = [];
  for (let at = from; at + STEP <= to; at += STEP) {
    let energy = 0;
    for (let i = at; i < at + STEP; i++) energy += samples[i]! ** 2;
    energies.push(energy);
  }
  const span = 10;
  let best = 0;
  let lowest = Infinity;
  for (let i = 0; i + span <= energies.length; i++) {
    let sum = 0;
    for (let k = i; k < i + span; k++) sum += energies[k]!;
    // Of equally quiet places the latest: fewer pieces.
    if (sum <= lowest) [lowest, best] = [sum, i];
  }
  return from + (best + span / 2) * STEP;
}
