import { FRAME_SAMPLES } from '../encoder/own/architecture.ts';

/** Frames from the first that is silent up to the first that no longer is. */
export interface Pause {
  from: number;
  to: number;
}

/** Of the network's outputs, what may stand in a pause. */
interface Silent {
  tokens: number;
  blank: number;
  delimiter: number;
}

/** 0.3 s: longer than any stop or hesitation inside a word, shorter than annotators' usual pause. */
const SHORTEST = 15;
/**
 * So far up between the noise and the speech, in dB, is still quiet; and noise is only told from speech that is so much
 * louder.
 */
const [QUIET, LEAST_DB] = [0.35, 10];

/**
 * Where nothing is said for 0.3 s: the sound is quiet there, beside what is around it, and the network hears no token.
 * Either alone errs: a long vowel is one peak among blanks, and a whispered word is quiet.
 * @param samples 16 kHz mono
 * @param logits [frames, tokens]
 */
export function pausesIn(samples: Float32Array, logits: Float32Array, frames: number, network: Silent): Pause[] {
  const quiet = quietFrames(samples, frames);
  const pauses: Pause[] = [];
  for (let from = 0; from < frames; from++) {
    let to = from;
    while (to < frames && quiet[to] && isSilent(likeliest(logits, to, network.tokens), network)) to++;
    if (to - from >= SHORTEST) pauses.push({ from, to });
    from = to;
  }
  return pauses;
}

/**
 * Writes a word break into pauses where the network has none on either side, so that no word goes on beyond one.
 * Changes the logits.
 */
export function breakWordsAt(pauses: readonly Pause[], logits: Float32Array, frames: number, network: Silent): void {
  const { tokens, blank, delimiter } = network;
  const heard = (from: number, step: 1 | -1): number => {
    for (let t = from; t >= 0 && t < frames; t += step) {
      const token = likeliest(logits, t, tokens);
      if (token !== blank) return token;
    }
    return delimiter;
  };
  for (const { from, to } of pauses) {
    const middle = (from + to) >> 1;
    if (heard(middle, -1) === delimiter || heard(middle, 1) === delimiter) continue;
    const best = logits[middle * tokens + likeliest(logits, middle, tokens)]!;
    logits[middle * tokens + delimiter] = best + CERTAIN;
  }
}

/** A logit so much higher leaves nothing to the others. */
const CERTAIN = 30;

const isSilent = (token: number, { blank, delimiter }: Silent): boolean => token === blank || token === delimiter;

function likeliest(logits: Float32Array, frame: number, tokens: number): number {
  const start = frame * tokens;
  let best = 0;
  for (let k = 1; k < tokens; k++) if (logits[start + k]! > logits[start + best]!) best = k;
  return best;
}

function quietFrames(samples: Float32Array, frames: number): boolean[] {
  const levels = Array.from({ length: frames }, (_, t) =>
    level(samples.subarray(t * FRAME_SAMPLES, (t + 1) * FRAME_SAMPLES)),
  );
  const sorted = levels.toSorted((a, b) => a - b);
  const [noise, speech] = [sorted[Math.floor(frames * 0.05)] ?? 0, sorted[Math.floor(frames * 0.9)] ?? 0];
  const limit = noise + QUIET * (speech - noise);
  return levels.map((one) => speech - noise >= LEAST_DB && one <= limit);
}

/** In dB; no quieter than digital silence. */
function level(samples: Float32Array): number {
  let energy = 0;
  for (let i = 0; i < samples.length; i++) energy += samples[i]! ** 2;
  return Math.max(-90, 10 * Math.log10(energy / Math.max(1, samples.length)));
}
