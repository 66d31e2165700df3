/**
 * So far up between the noise and the speech, in dB, is still quiet; and noise is only told from speech that is so much
 * louder.
 */
export const [QUIET, LEAST_DB] = [0.35, 10];
/** 20 ms. */
const FRAME_SAMPLES = 320;

/** Whether nothing is said in a frame of 20 ms, by how loud it is beside the others. @param samples 16 kHz mono */
export function quietFrames(samples: Float32Array, frames: number): boolean[] {
  const levels = Array.from({ length: frames }, (_, t) =>
    level(samples.subarray(t * FRAME_SAMPLES, (t + 1) * FRAME_SAMPLES)),
  );
  const sorted = levels.toSorted((a, b) => a - b);
  const [noise, speech] = [sorted[Math.floor(frames * 0.05)] ?? 0, sorted[Math.floor(frames * 0.9)] ?? 0];
  const limit = noise + QUIET * (speech - noise);
  return levels.map((one) => speech - noise >= LEAST_DB && one <= limit);
}

/** In dB; no quieter than digital silence. */
export function level(samples: Float32Array): number {
  let energy = 0;
  for (let i = 0; i < samples.length; i++) energy += samples[i]! ** 2;
  return Math.max(-90, 10 * Math.log10(energy / Math.max(1, samples.length)));
}
