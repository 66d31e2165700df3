import { describe, expect, it } from 'vitest';
import { Random } from '../../src/support/random.ts';
import { reverberate } from '../../src/augment/reverberation.ts';

const click = (): Float32Array => Float32Array.from({ length: 32000 }, (_, i) => (i === 0 ? 1 : 0));
const energy = (samples: Float32Array, from: number, to: number): number =>
  samples.subarray(from, to).reduce((sum, x) => sum + x * x, 0);

describe('a simulated room', () => {
  it('leaves the direct sound as it is and brings echoes after it', () => {
    const samples = click();
    reverberate(samples, 0.5, 0.5, new Random(1));
    expect(samples[0]).toBe(1);
    expect(energy(samples, 1, 8000)).toBeGreaterThan(0);
  });

  it.each([0.2, 0.6])('has lost at least 50 of its 60 dB after the decay of %d s', (decay) => {
    const samples = click();
    reverberate(samples, decay, 0.5, new Random(2));
    const at = Math.round(decay * 16000);
    // In windows of 50 ms: at the start, and when the echoes should be gone. Damping only makes them go sooner.
    const fallen = 10 * Math.log10(energy(samples, 400, 1200) / energy(samples, at, at + 800));
    expect(fallen).toBeGreaterThan(50);
  });

  it('is the same for the same draw', () => {
    const [a, b] = [click(), click()];
    reverberate(a, 0.4, 0.5, new Random(3));
    reverberate(b, 0.4, 0.5, new Random(3));
    expect(a).toEqual(b);
  });
});
