import { SAMPLE_RATE } from '../audio/format.ts';
import type { Random } from '../support/random.ts';

/** Seconds; no two in simple proportion, so that their echoes don't fall together. */
const COMBS = [0.0297, 0.0371, 0.0411, 0.0437] as const;
const ALL_PASSES = [0.005, 0.0017] as const;

/**
 * Adds a simulated room to a recording, in place: four echoes that feed back and lose their treble, thickened by two
 * all-passes (Schroeder 1962, Moorer 1979).
 * @param decay seconds until the echoes have fallen by 60 dB (RT60)
 * @param level the room's share beside the direct sound, 0 to 1
 */
export function reverberate(samples: Float32Array, decay: number, level: number, random: Random): void {
  const room = new Float32Array(samples.length);
  const size = random.between(0.7, 1.3);
  const damping = random.between(0.1, 0.5);
  for (const delay of COMBS)
    comb(samples, room, Math.round(delay * size * SAMPLE_RATE), 10 ** ((-3 * delay * size) / decay), damping);
  for (const delay of ALL_PASSES) allPass(room, Math.round(delay * size * SAMPLE_RATE));
  const gain = level / COMBS.length;
  for (let i = 0; i < samples.length; i++) samples[i]! += gain * room[i]!;
}

function comb(input: Float32Array, sum: Float32Array, delay: number, feedback: number, damping: number): void {
  const line = new Float32Array(delay);
  let dull = 0;
  for (let i = 0, at = 0; i < input.length; i++, at = at + 1 === delay ? 0 : at + 1) {
    const echo = line[at]!;
    sum[i]! += echo;
    dull = echo + damping * (dull - echo);
    line[at] = input[i]! + feedback * dull;
  }
}

function allPass(samples: Float32Array, delay: number): void {
  const line = new Float32Array(delay);
  for (let i = 0, at = 0; i < samples.length; i++, at = at + 1 === delay ? 0 : at + 1) {
    const echo = line[at]!;
    const into = samples[i]! + 0.7 * echo;
    samples[i] = echo - 0.7 * into;
    line[at] = into;
  }
}
