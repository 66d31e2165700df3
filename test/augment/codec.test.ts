import { describe, expect, it } from 'vitest';
import { CODECS, throughCodec } from '../../src/augment/codec.ts';

/** Loudness of one pitch, Hz, in the middle of a recording (Goertzel 1958). */
function loudness(samples: Float32Array, pitch: number): number {
  const w = 2 * Math.cos((2 * Math.PI * pitch) / 16000);
  let [a, b] = [0, 0];
  const [from, to] = [samples.length >> 2, (3 * samples.length) >> 2];
  for (let i = from; i < to; i++) [a, b] = [samples[i]! + w * a - b, a];
  return Math.sqrt(Math.max(0, a * a + b * b - w * a * b)) / (to - from);
}

const tones = (...pitches: number[]): Float32Array =>
  Float32Array.from({ length: 16000 }, (_, i) =>
    pitches.reduce((sum, pitch) => sum + 0.2 * Math.sin((2 * Math.PI * pitch * i) / 16000), 0),
  );

describe.each(CODECS)('%s', (codec) => {
  it('keeps the length and what a telephone passes, and changes the sound', async () => {
    const samples = tones(440, 1200);
    const heard = await throughCodec(samples, codec);
    expect(heard.length).toBe(samples.length);
    expect(loudness(heard, 440) / loudness(samples, 440)).toBeGreaterThan(0.5);
    expect(heard).not.toEqual(samples);
  });
});

it('GSM passes nothing above 4 kHz', async () => {
  const samples = tones(440, 6000);
  const heard = await throughCodec(samples, 'gsm');
  expect(loudness(heard, 6000) / loudness(samples, 6000)).toBeLessThan(0.05);
});
