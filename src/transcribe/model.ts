import { Model as Network } from '../model/model.ts';
import type { About } from '../model/about.ts';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import type { SetAside } from '../support/errors.ts';
import { recordingsAt } from './find-recordings.ts';
import { piecesOf, piecesOfSamples } from './recordings.ts';
import { transcribePieces, type Transcript } from './transcribe.ts';

/** A file, a folder of recordings, or 16 kHz mono samples between −1 and 1. */
export type RecordingInput = string | Float32Array;

/**
 * A trained model, loaded once: encoder, head, vocabulary and decoder. Several can be held at once, each on its own
 * device.
 * @example
 * const model = await Model.load('runs/italian-10min-1a2b3c4d/model', { device: 'cpu', threads: 2 });
 * for await (const item of model.transcribe(['a.wav', samples]))
 *   console.log('text' in item ? item.text : item.reason);
 * await model.release();
 */
export class Model {
  /** What `model.json` says: language, encoder, layers, text rules, decoding. */
  readonly about: About;
  private readonly network: Network;

  private constructor(network: Network) {
    this.about = network.about;
    this.network = network;
  }

  /**
   * @param folder the model folder of a run
   * @throws InputError when the folder is no model, or the device can't be had
   */
  static async load(folder: string, choice: MachineChoice = {}): Promise<Model> {
    return new Model(await Network.load(folder, { ...choice, beside: true }));
  }

  /** What the head writes, in the order of the columns of its logits. */
  get alphabet(): readonly string[] {
    return this.network.vocabulary.tokens;
  }

  /**
   * Transcribes recordings in their order, of any length, nothing loaded anew. What can't be read comes as an item with
   * a `reason`. From an array, files that follow one another are read ahead and computed side by side; from anything
   * else, each is answered before the next is asked for. Samples are called `samples 1`, `samples 2`, ….
   * @throws InputError when a path doesn't exist
   */
  async *transcribe(
    recordings: Iterable<RecordingInput> | AsyncIterable<RecordingInput>,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Transcript | SetAside> {
    let samples = 0;
    for await (const part of Array.isArray(recordings) ? filesTogether(recordings) : oneByOne(recordings)) {
      const pieces =
        part instanceof Float32Array
          ? piecesOfSamples(part, `samples ${++samples}`)
          : piecesOf(await recordingsAt(part, { signal }), {}, signal);
      yield* transcribePieces(this.network, pieces, { signal });
    }
  }

  /**
   * Logits of recordings of like length, side by side, for decoders of one's own.
   * @returns of each, [frames, tokens], a frame each 20 ms
   */
  logits(recordings: readonly Float32Array[]): Promise<{ logits: Float32Array; frames: number }[]> {
    return this.network.run(recordings);
  }

  /** Gives its memory back. */
  release(): Promise<void> {
    return this.network.release();
  }
}

type Part = Float32Array | string[];

function* filesTogether(recordings: readonly RecordingInput[]): Generator<Part> {
  let files: string[] = [];
  for (const recording of recordings) {
    if (typeof recording === 'string') files.push(recording);
    else {
      if (files.length > 0) yield files;
      yield recording;
      files = [];
    }
  }
  if (files.length > 0) yield files;
}

async function* oneByOne(recordings: Iterable<RecordingInput> | AsyncIterable<RecordingInput>): AsyncGenerator<Part> {
  for await (const recording of recordings) yield typeof recording === 'string' ? [recording] : recording;
}
