import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { paddedSamples } from '../../../src/encoder/own/architecture.ts';
import { encodeEncoder, Encoder } from '../../../src/encoder/own/encoder.ts';
import { logMel } from '../../../src/encoder/own/log-mel.ts';
import { fromWhisper } from '../../../src/encoder/own/whisper-weights.ts';
import { Graph } from '../../../src/onnx/graph/graph.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { floatData, floats, openSession } from '../../../src/onnx/runtime/session.ts';
import { decodeSafetensors, type NamedTensor } from '../../../src/support/safetensors.ts';
import { fixture, relativeError } from '../exported.ts';
import { speechlike } from '../../model/small-model.ts';

/** A tiny Whisper encoder, a recording, and what transformers made of it: see log-mel.py beside it. */
let golden: Map<string, NamedTensor>;
beforeAll(() => {
  golden = decodeSafetensors(readFileSync(fixture('log-mel.safetensors')));
});

/** [rows, samples] and the frames that are there in each → [rows, steps, 80]. */
async function spectrogram(recordings: readonly Float32Array[], frameCounts: readonly number[]): Promise<Float32Array> {
  const g = new Graph();
  const [audio, mask] = [g.input('audio', ['batch', 'samples']), g.input('mask', ['batch', 'frames'])];
  g.output(logMel(g, audio, mask, { mels: 80 }), 'features');
  const session = await openSession(encodeModel(g));
  const frames = Math.max(...frameCounts);
  const [sound, there] = [
    new Float32Array(recordings.length * paddedSamples(frames)),
    new Float32Array(recordings.length * frames),
  ];
  recordings.forEach((recording, row) => {
    sound.set(recording.subarray(0, paddedSamples(frames)), row * paddedSamples(frames));
    there.fill(1, row * frames, row * frames + frameCounts[row]!);
  });
  const feeds = {
    audio: floats(sound, [recordings.length, paddedSamples(frames)]),
    mask: floats(there, [recordings.length, frames]),
  };
  const { features } = await session.run(feeds);
  await session.release();
  return floatData(features!);
}

describe('the log-mel spectrogram inside a graph', () => {
  it('is what WhisperFeatureExtractor computes', async () => {
    const expected = golden.get('features')!;
    const found = await spectrogram([golden.get('sound')!.data], [expected.dims[0]! / 2]);
    expect(found).toHaveLength(expected.data.length);
    found.forEach((x, i) => expect(Math.abs(x - expected.data[i]!)).toBeLessThan(1e-4));
  });

  it('is a recording’s own, whatever lies behind it or beside it, and silence where no frame is', async () => {
    const [short, loud] = [speechlike(0.5, 1), speechlike(2, 2).map((x) => 30 * x)];
    const alone = await spectrogram([short], [24]);
    const beside = await spectrogram([short, loud], [24, 99]);
    expect(beside.subarray(0, alone.length)).toEqual(alone);
    expect(beside.subarray(alone.length, 2 * 99 * 80).every((x) => x === 0)).toBe(true);
  });
});

describe('an encoder made of Whisper’s', () => {
  it('gives the hidden layers that transformers gives', async () => {
    const { architecture, weights } = fromWhisper(golden, 2, 4);
    expect(architecture).toEqual({ mels: 80, dims: 32, blocks: 2, heads: 4, feedForward: 64 });
    const encoder = await Encoder.fromBytes('tiny', encodeEncoder(weights, architecture));
    const { layers, frames } = await encoder.run([golden.get('sound')!.data], [0, 1, 2]);
    expect(frames).toBe(45);
    // Its matrices are float16 in the file.
    layers.forEach((layer, i) => expect(relativeError(layer, golden.get(`hidden.${i}`)!.data)).toBeLessThan(1e-3));
    await encoder.release();
  });

  it('may be the lower part alone; what is missing is named', () => {
    const { architecture, weights } = fromWhisper(golden, 1, 4);
    expect(architecture.blocks).toBe(1);
    expect([...weights.keys()].some((name) => name.startsWith('blocks.1.'))).toBe(false);
    expect(() => fromWhisper(golden, 3, 4)).toThrow('layers.2.self_attn_layer_norm.weight is missing');
  });
});
