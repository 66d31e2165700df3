import { describe, expect, it } from 'vitest';
import { linear } from '../../../src/onnx/graph/layers.ts';
import { Network } from '../../../src/onnx/graph/network.ts';
import { floats } from '../../../src/onnx/runtime/session.ts';
import { adamWDefaults } from '../../../src/onnx/training/adamw.ts';
import { Engine } from '../../../src/onnx/training/engine.ts';
import { LossScale } from '../../../src/onnx/training/loss-scale.ts';
import { Random } from '../../../src/support/random.ts';

const DIMS = [2, 5, 4];
const numbers = (seed: string) => {
  const random = new Random(seed);
  return floats(
    Float32Array.from({ length: 40 }, () => random.normal()),
    DIMS,
  );
};

describe('the scale of a loss in float16', () => {
  it('is halved where a gradient overflows, and nothing moves; then training goes on', async () => {
    const network = new Network(true);
    const output = linear(network, network.graph.input('features', ['batch', 'frames', 4]), 'out', 4);
    const weights = network.initialise(new Random('weights'));
    const engine = await Engine.compile(network, output, adamWDefaults, weights, {
      precision: 'float16',
      lossScale: { factor: 2 ** 18, steps: 7 },
    });
    const step = async (): Promise<number> => {
      await engine.forward({ features: numbers('features') });
      return engine.backward(numbers('gradient'), 0.1);
    };
    expect(Number.isFinite(await step())).toBe(false);
    expect([...engine.weights]).toEqual([...weights]);
    expect(engine.moments.step).toBe(0);
    expect(engine.lossScale).toEqual({ factor: 2 ** 17, steps: 0 });
    let tries = 0;
    while (!Number.isFinite(await step())) expect(++tries).toBeLessThan(10);
    expect(engine.moments.step).toBe(1);
    expect([...engine.weights]).not.toEqual([...weights]);
    await engine.release();
  });

  it('is doubled after two thousand steps without one', () => {
    const scale = new LossScale({ factor: 8, steps: 1998 });
    scale.after(1);
    expect(scale.state).toEqual({ factor: 8, steps: 1999 });
    scale.after(1);
    expect(scale.state).toEqual({ factor: 16, steps: 0 });
  });
});
