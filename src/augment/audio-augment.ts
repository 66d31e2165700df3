import { CODECS, throughCodec } from './codec.ts';
import type { Random } from '../support/random.ts';
import { reverberate } from './reverberation.ts';

export interface AudioAugmentSettings {
  /** Slowest and fastest playing speed; pitch moves with it. */
  speed: readonly [number, number];
  /** How often noise is added, and its signal-to-noise ratio in dB. */
  noise: { probability: number; snr: readonly [number, number] };
  /** How often the band is narrowed to what a telephone passes. */
  telephone: number;
  /** How often a room is put around it, and the seconds in which its echoes die away (RT60). */
  reverberation: { probability: number; decay: readonly [number, number] };
  /** How often it goes through a codec: GSM, G.722, Opus or MP3. */
  codec: number;
}

/**
 * A changed copy of a recording, as it might have sounded elsewhere: another voice in a room, recorded, then sent.
 * @param longest samples of the result at most
 */
export async function augmentAudio(
  samples: Float32Array,
  settings: AudioAugmentSettings,
  longest: number,
  random: Random,
): Promise<Float32Array> {
  const slowest = Math.max(settings.speed[0], samples.length / longest);
  const changed = playAtSpeed(samples, Math.max(slowest, random.between(settings.speed[0], settings.speed[1])));
  if (random.next() < settings.reverberation.probability)
    reverberate(changed, random.between(...settings.reverberation.decay), random.between(0.2, 0.8), random);
  if (random.next() < settings.telephone) narrowBand(changed, random.between(2800, 3800), random.between(150, 350));
  if (random.next() < settings.noise.probability) addNoise(changed, random.between(...settings.noise.snr), random);
  return random.next() < settings.codec
    ? throughCodec(changed, CODECS[Math.floor(random.next() * CODECS.length)]!)
    : changed;
}

/** Faster or slower, and higher or lower with it: resampled by linear interpolation. */
export function playAtSpeed(samples: Float32Array, speed: number): Float32Array {
  const length = Math.floor((samples.length - 1) / speed);
  const result = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const at = i * speed;
    const left = Math.floor(at);
    const share = at - left;
    result[i] = samples[left]! * (1 - share) + samples[left + 1]! * share;
  }
  return result;
}

/** Two second-order low-passes and a first-order high-pass, in place. Cut-offs in Hz at 16 kHz. */
function narrowBand(samples: Float32Array, high: number, low: number): void {
  for (let pass = 0; pass < 2; pass++) lowPass(samples, high);
  const keep = Math.exp((-2 * Math.PI * low) / 16000);
  let slow = 0;
  for (let i = 0; i < samples.length; i++) {
    slow = keep * slow + (1 - keep) * samples[i]!;
    samples[i]! -= slow;
  }
}

/** Butterworth low-pass (Bristow-Johnson's audio cookbook). */
function lowPass(samples: Float32Array, cutoff: number): void {
  const w = (2 * Math.PI * cutoff) / 16000;
  const alpha = Math.sin(w) / Math.SQRT2;
  const cosine = Math.cos(w);
  const a0 = 1 + alpha;
  const b1 = (1 - cosine) / a0;
  const [b0, a1, a2] = [b1 / 2, (-2 * cosine) / a0, (1 - alpha) / a0];
  let x1 = 0;
  let x2 = 0;
  let y1 = 0;
  let y2 = 0;
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]!;
    const y = b0 * x + b1 * x1 + b0 * x2 - a1 * y1 - a2 * y2;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    samples[i] = y;
  }
}

/** Noise between white and brown, in place. */
function addNoise(samples: Float32Array, snr: number, random: Random): void {
  const colour = random.next() < 0.5 ? 0 : random.between(0.5, 0.98);
  const noise = new Float32Array(samples.length);
  let last = 0;
  for (let i = 0; i < noise.length; i++) {
    // Sum of two uniforms: near enough to normal, and cheap.
    last = colour * last + (random.next() + random.next() - 1);
    noise[i] = last;
  }
  const gain = Math.sqrt(power(samples) / Math.max(power(noise), 1e-12) / 10 ** (snr / 10));
  for (let i = 0; i < samples.length; i++) samples[i]! += gain * noise[i]!;
}

function power(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2;
  return sum / Math.max(1, samples.length);
}
