import { quietFrames } from '../audio/quiet.ts';

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
