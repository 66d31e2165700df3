import { windowed } from '../../onnx/graph/strided-windows.ts';
import type { Graph, Value } from '../../onnx/graph/graph.ts';
import type { Network } from '../../onnx/graph/network.ts';
import { add, concat, gelu, matmul, mul, pad } from '../../onnx/graph/ops.ts';
import type { LogMelArchitecture } from './architecture.ts';
import { logMel } from './log-mel.ts';

/**
 * How loud standardised sound is made: speech as it is usually recorded, −23 dB below full scale. A log-mel spectrogram
 * moves with loudness, and what learnt from Whisper knows speech so.
 */
const LOUDNESS = 0.07;

/**
 * From sound to what enters the first block, as Whisper does it (Radford et al. 2022): log-mel spectrogram, two
 * convolutions, positions.
 * @param audio [batch, samples], each recording at zero mean and unit variance
 * @param mask [batch, frames]
 * @returns [batch, frames, dims]
 */
export function logMelFront(network: Network, audio: Value, mask: Value, { mels, dims }: LogMelArchitecture): Value {
  const g = network.graph;
  const steps = logMel(g, audio, mask, { mels, gain: LOUDNESS });
  const narrow = convolution(
    network,
    windowed(g, silenceAround(g, steps, 1), 3, 1, 'steps'),
    'feature_encoder.0',
    dims,
  );
  const frames = convolution(
    network,
    windowed(g, silenceAround(g, narrow, 1), 3, 2, 'frames'),
    'feature_encoder.1',
    dims,
  );
  return add(g, network.specAugment(frames).x, positions(g, mask, dims));
}

const silenceAround = (g: Graph, x: Value, width: number): Value => pad(g, x, 1, width, width, `steps+${2 * width}`);

/**
 * What windows are made into, with GELU: kernel 3 over the channels of the step before, the step, and the one after.
 */
function convolution(network: Network, windows: Value, name: string, outputs: number): Value {
  const g = network.graph;
  const inputs = windows.dims.at(-1) as number;
  const weight = network.parameter(`${name}.weight`, [inputs, outputs], { deviation: Math.sqrt(2 / inputs) });
  const bias = network.parameter(`${name}.bias`, [outputs], { value: 0 });
  return network.boundary(gelu(g, add(g, matmul(g, windows, weight), bias)));
}

/**
 * Sinusoids of a frame's place, [frames, dims]: sines, then cosines, of wavelengths from 2π to 10,000 · 2π (Vaswani et
 * al. 2017).
 */
function positions(g: Graph, mask: Value, dims: number): Value {
  const whole = (n: bigint): Value => g.constant(BigInt64Array.of(n), []);
  const count = g.node('Gather', [g.node('Shape', [mask]), whole(1n)], { axis: { int: 0 } }, 'frames', []);
  const places = g.node('Cast', [g.node('Range', [whole(0n), count, whole(1n)], {}, 'Range', ['frames'])], {
    to: { int: 1 },
  });
  const half = dims / 2;
  const step = Math.fround(Math.log(10000) / (half - 1));
  const rates = g.constant(
    Float32Array.from({ length: half }, (_, i) => Math.exp(-i * step)),
    [half],
    'constant_rates',
  );
  const angles = mul(g, g.node('Unsqueeze', [places, g.integers([1])], {}, 'Unsqueeze', ['frames', 1]), rates);
  return concat(
    g,
    [g.node('Sin', [angles], {}, 'Sin', angles.dims), g.node('Cos', [angles], {}, 'Cos', angles.dims)],
    1,
  );
}
