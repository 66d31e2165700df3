import { describe, expect, it } from 'vitest';
import { adamWDefaults } from '../../../src/onnx/training/adamw.ts';
import { Engine, type Feeds } from '../../../src/onnx/training/engine.ts';
import { linear } from '../../../src/onnx/graph/layers.ts';
import { Network } from '../../../src/onnx/graph/network.ts';
import { relu } from '../../../src/onnx/graph/ops.ts';
import { floatData, floats } from '../../../src/onnx/runtime/session.ts';
import type { BatchShape } from '../../../src/onnx/training/value-sizes.ts';
import { Random } from '../../../src/support/random.ts';

const DIMS = 8;

async function engineFor(shapes?: readonly BatchShape[]): Promise<Engine> {
  const network = new Network(true);
  const features = network.graph.input('features', ['batch', 'frames', DIMS]);
  const output = linear(network, relu(network.graph, linear(network, features, 'in', 32)), 'out', 4);
  return Engine.compile(network, output, adamWDefaults, network.initialise(new Random(1)), shapes ? { shapes } : {});
}

function feedsOf({ batch, frames }: BatchShape): Feeds {
  const random = new Random(frames);
  return {
    features: floats(
      Float32Array.from({ length: batch * frames * DIMS }, () => random.normal()),
      [batch, frames, DIMS],
    ),
  };
}

describe('what a step keeps', () => {
  const shapes = [
    { batch: 2, frames: 10 },
    { batch: 3, frames: 90 },
    { batch: 4, frames: 40 },
  ];

  it('lies in one block from the first batch on, where the shapes to come are told', async () => {
    const engine = await engineFor(shapes);
    const blocks = new Set<unknown>();
    for (const shape of shapes) blocks.add(floatData(await engine.forward(feedsOf(shape))).buffer);
    expect(blocks.size).toBe(1);
    await engine.release();
  });

  it('is the same where they are not told, or a larger one comes', async () => {
    const [told, untold] = [await engineFor(shapes.slice(0, 1)), await engineFor()];
    for (const shape of shapes) {
      const [a, b] = [await told.forward(feedsOf(shape)), await untold.forward(feedsOf(shape))];
      expect(floatData(a)).toEqual(floatData(b));
      const gradient = (): ReturnType<typeof floats> => floats(floatData(a).slice(), a.dims);
      expect(await told.backward(gradient(), 0.1)).toBe(await untold.backward(gradient(), 0.1));
    }
    expect(told.weights).toEqual(untold.weights);
    await Promise.all([told.release(), untold.release()]);
  });
});
