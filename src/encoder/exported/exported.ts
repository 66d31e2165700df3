import * as ort from '../../onnx/runtime/ort.ts';
import { prepareSound, type Loudness } from '../../audio/standardise.ts';
import { floats } from '../../onnx/runtime/session.ts';
import { Random } from '../../support/random.ts';
import { windowIn } from '../checkpoint/checkpoint.ts';
import { FRAME_FIELD, FRAME_SAMPLES, frameCount } from '../own/architecture.ts';
import type { FrozenEncoder, Hidden } from '../frozen-encoder.ts';
import type { ExposedGraph } from './exposed.ts';
import { oneByOne } from '../one-by-one.ts';
import { standardises, type Preprocessor } from './preprocessor.ts';

/** An encoder of the Wav2Vec2 family that hears the sound itself, as others exported it. */
export class ExportedEncoder implements FrozenEncoder {
  readonly name: string;
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly dims: number;
  private readonly graph: ExposedGraph;
  private readonly standardised: boolean;
  readonly pads: boolean;
  readonly longest?: number;

  private constructor(graph: ExposedGraph, standardised: boolean, dims: number, pads: boolean) {
    this.name = graph.name;
    this.bytes = graph.bytes;
    this.hash = graph.hash;
    this.graph = graph;
    this.standardised = standardised;
    this.dims = dims;
    this.pads = pads;
    const window = windowIn(graph.bytes);
    // Windows are cut by samples, of which the first frame sees more.
    if (window !== undefined) this.longest = window - 1;
  }

  static async open(graph: ExposedGraph, preprocessor: Preprocessor | undefined): Promise<ExportedEncoder> {
    const standardised = standardises(preprocessor) && windowIn(graph.bytes) === undefined;
    const short = noiseOf(8);
    const [alone] = await new ExportedEncoder(graph, standardised, 0, false).runOne(short, [graph.top]);
    const of = (pads: boolean): ExportedEncoder => new ExportedEncoder(graph, standardised, alone!.dims[2]!, pads);
    return of(
      graph.hidden.mask !== undefined &&
        preprocessor?.return_attention_mask !== false &&
        (await padsWithoutHarm(of(true), short, alone!.data, graph.top)),
    );
  }

  get layerCount(): number {
    return this.graph.hidden.layers.length;
  }

  /**
   * As every encoder runs; but where padding would change what is computed of the sound, recordings run one by one. So
   * it is without a mask or where it was trained without one, and with a mask too where the convolutions normalise over
   * time or several of them see neighbours.
   */
  async run(
    recordings: readonly Float32Array[],
    layers: readonly number[],
    frames?: number,
    level?: Loudness,
  ): Promise<Hidden> {
    if (!this.pads)
      return oneByOne(recordings, { layers: layers.length, dims: this.dims, frames }, async (recording) =>
        (await this.runOne(recording, layers, level)).map(({ data }) => data),
      );
    const frameCounts = Int32Array.from(recordings, (r) => frameCount(r.length));
    const padded = frames ?? Math.max(1, ...frameCounts);
    return { layers: await this.together(recordings, layers, padded, level), frames: padded, frameCounts };
  }

  async release(): Promise<void> {
    await this.graph.release();
  }

  private runOne(
    recording: Float32Array,
    layers: readonly number[],
    level?: Loudness,
  ): ReturnType<ExposedGraph['run']> {
    // One frame at least: a graph can't give none.
    const audio = new Float32Array(Math.max(recording.length, samplesOf(1)));
    prepareSound(recording, audio, this.standardised, level);
    return this.graph.run(floats(audio, [1, audio.length]), ones([audio.length]), layers);
  }

  private async together(
    recordings: readonly Float32Array[],
    layers: readonly number[],
    padded: number,
    level?: Loudness,
  ): Promise<Float32Array[]> {
    const width = samplesOf(padded);
    const audio = new Float32Array(recordings.length * width);
    recordings.forEach((recording, row) =>
      prepareSound(recording, audio.subarray(row * width, (row + 1) * width), this.standardised, level),
    );
    const mask = ones(
      recordings.map((recording) => Math.min(width, Math.max(recording.length, samplesOf(1)))),
      width,
    );
    const outputs = await this.graph.run(floats(audio, [recordings.length, width]), mask, layers);
    return outputs.map(({ data }) => data);
  }
}

/**
 * Whether a recording gives beside a longer one what it gives alone, at the topmost layer that is loaded. Both are
 * short: of hundreds of millions of parameters a run of seconds takes seconds.
 */
async function padsWithoutHarm(
  encoder: ExportedEncoder,
  short: Float32Array,
  alone: Float32Array,
  top: number,
): Promise<boolean> {
  const beside = await encoder.run([short, noiseOf(20)], [top]);
  const size = alone.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return alone.every((x, i) => Math.abs(x - beside.layers[0]![i]!) < 1e-3 * size);
}

function noiseOf(frames: number): Float32Array {
  const random = new Random('padding');
  return Float32Array.from({ length: samplesOf(frames) }, () => random.normal());
}

/** The fewest samples that give so many frames. */
const samplesOf = (frames: number): number => FRAME_FIELD + (frames - 1) * FRAME_SAMPLES;

/** Hugging Face's attention mask: [batch, samples], 1 on sound. */
function ones(lengths: readonly number[], width = lengths[0]!): ort.Tensor {
  const mask = new BigInt64Array(lengths.length * width);
  lengths.forEach((length, row) => mask.fill(1n, row * width, row * width + length));
  return new ort.Tensor('int64', mask, [lengths.length, width]);
}
