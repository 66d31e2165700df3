import { buildHead } from '../src/head/head.ts';
import { adamWDefaults } from '../src/onnx/training/adamw.ts';
import { Engine } from '../src/onnx/training/engine.ts';
import { Graph, type Value } from '../src/onnx/graph/graph.ts';
import { Network } from '../src/onnx/graph/network.ts';
import * as ops from '../src/onnx/graph/ops.ts';
import { encodeModel } from '../src/onnx/file/proto.ts';
import { floats, openSession } from '../src/onnx/runtime/session.ts';
import { Random } from '../src/support/random.ts';
import { frameMask } from '../src/audio/standardise.ts';
import { alternatives } from './javascript-alternatives.ts';
import { median, report } from './timing.ts';

const [BATCH, FRAMES, DIMS, HIDDEN, TOKENS] = [16, 200, 768, 512, 40];

/** A head's whole step (forward, backward, AdamW) against its matrix products alone, run as one graph by ONNX Runtime. */
export async function benchTraining(): Promise<void> {
  const random = new Random(1);
  const network = new Network(true);
  const settings = { kind: 'mlp' as const, dims: HIDDEN, blocks: 1, context: 0, dropout: 0 };
  const logits = buildHead(network, settings, { layers: 1, dims: DIMS }, TOKENS);
  const engine = await Engine.compile(network, logits, adamWDefaults, network.initialise(random));
  const filled = (dims: number[]) =>
    floats(
      Float32Array.from({ length: dims.reduce((a, d) => a * d, 1) }, () => random.normal()),
      dims,
    );
  const inputs = {
    features: filled([BATCH, FRAMES, DIMS]),
    mask: floats(frameMask(new Int32Array(BATCH).fill(FRAMES), FRAMES), [BATCH, FRAMES]),
    'augment.frames': floats(new Float32Array(BATCH * FRAMES).fill(1), [BATCH, FRAMES, 1]),
    'augment.features': floats(new Float32Array(BATCH * DIMS).fill(1), [BATCH, 1, DIMS]),
  };
  const gradient = filled([BATCH, FRAMES, TOKENS]);
  const step = await median(20, async () => {
    await engine.forward(inputs);
    await engine.backward(gradient, 1e-6);
  });
  report(
    `training step, ${DIMS} → ${HIDDEN} → ${TOKENS}, ${BATCH} × ${FRAMES} frames`,
    step,
    'its matrix products alone',
    await matrixProducts(),
  );
  await engine.release();
  const others = await alternatives({ batch: BATCH, frames: FRAMES, inputs: DIMS, hidden: HIDDEN, tokens: TOKENS });
  for (const [name, time] of Object.entries(others)) {
    if (typeof time === 'number') report('the same step', step, name, time);
    else console.log(`the same step in ${name}: ${time}`);
  }
}

/** The same products: two forward, two for the weights, one for the hidden layer, and one for the input norm's gradient. */
async function matrixProducts(): Promise<number> {
  const g = new Graph();
  const rows = BATCH * FRAMES;
  const [x, w1, w2, d] = [
    g.input('x', [rows, DIMS]),
    g.input('w1', [DIMS, HIDDEN]),
    g.input('w2', [HIDDEN, TOKENS]),
    g.input('d', [rows, TOKENS]),
  ];
  const hidden = ops.matmul(g, x, w1);
  const back = ops.matmul(g, d, ops.transpose(g, w2, [1, 0]));
  const sum = (v: Value): Value => ops.reduceSum(g, v, [0, 1]);
  const results = [
    ops.matmul(g, hidden, w2),
    ops.matmul(g, ops.transpose(g, hidden, [1, 0]), d),
    ops.matmul(g, ops.transpose(g, x, [1, 0]), back),
    ops.matmul(g, back, ops.transpose(g, w1, [1, 0])),
  ];
  g.output(
    results.map(sum).reduce((a, b) => ops.add(g, a, b)),
    'out',
  );
  const session = await openSession(encodeModel(g));
  const random = new Random(2);
  const feeds = Object.fromEntries(
    g.inputs.map((v) => [
      v.name,
      floats(
        Float32Array.from({ length: (v.dims as number[]).reduce((a, b) => a * b, 1) }, () => random.normal()),
        v.dims as number[],
      ),
    ]),
  );
  const time = await median(20, () => session.run(feeds));
  await session.release();
  return time;
}
