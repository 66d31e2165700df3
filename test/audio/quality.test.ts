import { describe, expect, it } from 'vitest';
import { decodeAudio } from '../../src/audio/decode.ts';
import { measureQuality } from '../../src/audio/quality.ts';
import { segmentBySilence } from '../../src/audio/segment.ts';
import { peaks } from '../../src/audio/waveform.ts';
import { Random } from '../../src/support/random.ts';

const noise = (seconds: number, level: number, seed = 1): Float32Array => {
  const random = new Random(seed);
  return Float32Array.from({ length: seconds * 16000 }, () => level * random.normal());
};

describe('quality', () => {
  it('hears clipping and a DC offset', () => {
    const loud = noise(2, 2).map((x) => Math.max(-1, Math.min(1, x)));
    expect(measureQuality(loud).clippedShare).toBeGreaterThan(0.3);
    expect(measureQuality(noise(2, 0.01).map((x) => x + 0.1)).dcOffset).toBeCloseTo(0.1, 2);
  });

  it('takes for clipped what is flat, at any level, and nothing that is merely loud', async () => {
    const cut = noise(2, 2).map((x) => 0.3 * Math.max(-1, Math.min(1, x)));
    expect(measureQuality(cut).clippedShare).toBeGreaterThan(0.3);
    expect(measureQuality(noise(2, 0.3)).clippedShare).toBe(0);
    expect(measureQuality(noise(2, 1)).clippedShare).toBe(0);
    expect(measureQuality(new Float32Array(16000)).clippedShare).toBe(0);
    // A float recording, 12 dB above full scale.
    const hot = await decodeAudio('test/fixtures/cases/19-float-above-full-scale/hot.wav');
    expect(measureQuality(hot).clippedShare).toBe(0);
    const clippedHot = hot.map((x) => Math.max(-1, Math.min(1, x)));
    expect(measureQuality(clippedHot).clippedShare).toBeGreaterThan(0.2);
  });

  it('tells speech level from noise floor', () => {
    const half = noise(4, 0.001);
    half.set(noise(2, 0.1, 2), 16000);
    const { snrDb, silenceShare } = measureQuality(half);
    expect(snrDb).toBeCloseTo(40, -1);
    expect(silenceShare).toBeCloseTo(0.5, 1);
  });

  it('recognises 8 kHz material: nothing above 4 kHz', () => {
    const wide = noise(2, 0.1);
    const narrow = new Float32Array(wide.length);
    // Ideal low-pass at 4 kHz by a long windowed sinc.
    for (let i = 200; i < wide.length - 200; i++)
      for (let k = -200; k <= 200; k++)
        narrow[i]! +=
          wide[i + k]! *
          (k === 0 ? 0.5 : Math.sin((Math.PI * k) / 2) / (Math.PI * k)) *
          (0.5 + 0.5 * Math.cos((Math.PI * k) / 200));
    // A sudden start or end has all frequencies.
    for (let i = 0; i < 4000; i++)
      for (const at of [i, narrow.length - 1 - i]) narrow[at]! *= Math.max(0, i - 200) / 3800;
    expect(measureQuality(narrow).bandwidthHz).toBeGreaterThan(3800);
    expect(measureQuality(narrow).bandwidthHz).toBeLessThan(4400);
    expect(measureQuality(wide).bandwidthHz).toBe(8000);
  });
});

describe('segments of a long recording', () => {
  it('follow one another without a gap, none too long, cut in the pauses', () => {
    const speech = noise(30, 0.1);
    for (const pause of [7, 16, 24]) speech.fill(0, pause * 16000, (pause + 0.5) * 16000);
    const segments = segmentBySilence(speech, 10);
    expect(segments[0]!.start).toBe(0);
    expect(segments.at(-1)!.end).toBe(speech.length);
    segments.forEach(({ start, end }, i) => {
      expect(end - start).toBeLessThanOrEqual(10 * 16000);
      if (i > 0) expect(start).toBe(segments[i - 1]!.end);
    });
    for (const { end } of segments.slice(0, -1))
      expect([7, 16, 24].some((pause) => end >= pause * 16000 && end <= (pause + 0.5) * 16000)).toBe(true);
  });

  it('are one when it is short', () => {
    expect(segmentBySilence(new Float32Array(100), 10)).toEqual([{ start: 0, end: 100 }]);
  });
});

it('a waveform shows the loudest of each stretch', () => {
  expect(peaks(Float32Array.of(0, -0.5, 0.25, 0.125), 2)).toEqual([0.5, 0.25]);
});
