import { InputError } from '../../support/errors.ts';
import { frameCount } from '../own/architecture.ts';
import type { FrozenEncoder, Hidden } from '../frozen-encoder.ts';
import type { ExposedGraph } from './exposed.ts';
import { WHISPER_STEPS } from './input-kind.ts';
import type { Preprocessor } from './preprocessor.ts';
import { filterBank, whisperSpectrogram, type SpectrogramMaker } from './spectrogram.ts';

/** An encoder that hears a spectrogram: Whisper's, or Wav2Vec2-BERT. */
export class SpectrogramEncoder implements FrozenEncoder {
  readonly name: string;
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly dims: number;
  readonly pads = false;
  readonly longest?: number;
  private readonly graph: ExposedGraph;
  private readonly spectrogramOf: SpectrogramMaker;

  private constructor(graph: ExposedGraph, spectrogramOf: SpectrogramMaker, dims: number) {
    this.name = graph.name;
    this.hash = graph.hash;
    this.bytes = graph.bytes;
    this.graph = graph;
    this.spectrogramOf = spectrogramOf;
    this.dims = dims;
    if (graph.kind === 'log-mel') this.longest = WHISPER_STEPS / 2 - 1;
  }

  /** @throws InputError when it doesn't run on the spectrogram that its kind is fed with */
  static async open(graph: ExposedGraph, preprocessor: Preprocessor | undefined): Promise<SpectrogramEncoder> {
    const spectrogramOf =
      graph.kind === 'log-mel'
        ? await whisperSpectrogram(binsOf(graph, preprocessor), preprocessor)
        : await filterBank(preprocessor);
    const { input, mask } = await spectrogramOf(new Float32Array(8000));
    const [probe] = await graph.run(input, mask, [0]).catch((error: unknown) => {
      throw new InputError(
        `${graph.name} doesn't run on a spectrogram [${input.dims.join(', ')}]`,
        'Put the preprocessor_config.json of the encoder’s makers beside it.',
        {},
        error,
      );
    });
    return new SpectrogramEncoder(graph, spectrogramOf, probe!.dims[2]!);
  }

  get layerCount(): number {
    return this.graph.hidden.layers.length;
  }

  /**
   * As every encoder runs, but one by one: Whisper's window is 30 s however short a recording is. Frames past the
   * recording's end are left out; Wav2Vec2-BERT may have one less than there are 20 ms steps, the one before it then
   * stands there twice.
   */
  async run(recordings: readonly Float32Array[], layers: readonly number[], frames?: number): Promise<Hidden> {
    const frameCounts = Int32Array.from(recordings, (r) => frameCount(r.length));
    const padded = frames ?? Math.max(1, ...frameCounts);
    const result = layers.map(() => new Float32Array(recordings.length * padded * this.dims));
    for (const [row, recording] of recordings.entries()) {
      if (recording.length === 0) continue;
      const spectrogram = await this.spectrogramOf(recording);
      const there = spectrogram.frames ?? frameCounts[row]!;
      const outputs = await this.graph.run(spectrogram.input, spectrogram.mask, layers);
      outputs.forEach(({ data }, l) =>
        fillFrames(
          result[l]!.subarray(row * padded * this.dims),
          data,
          Math.max(1, there),
          frameCounts[row]!,
          this.dims,
        ),
      );
    }
    return { layers: result, frames: padded, frameCounts };
  }

  async release(): Promise<void> {
    await this.graph.release();
  }
}

/** So many frames; where fewer are there, the last again. */
function fillFrames(into: Float32Array, data: Float32Array, there: number, wanted: number, dims: number): void {
  into.set(data.subarray(0, Math.min(there, wanted) * dims));
  for (let t = there; t < wanted; t++) into.set(data.subarray((there - 1) * dims, there * dims), t * dims);
}

function binsOf({ name, inputDims }: ExposedGraph, preprocessor: Preprocessor | undefined): number {
  const bins = typeof inputDims[1] === 'number' ? inputDims[1] : preprocessor?.feature_size;
  if (typeof bins !== 'number')
    throw new InputError(
      `it isn't known how many bins the spectrogram of ${name} has`,
      'Put the preprocessor_config.json of the encoder’s makers beside it.',
    );
  return bins;
}
