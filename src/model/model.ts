import { existsSync } from 'node:fs';
import path from 'node:path';
import { frameCount } from '../encoder/own/architecture.ts';
import type { FetchOptions } from '../encoder/hub/from-hub.ts';
import type { Likeness, Pooled } from '../evaluate/likeness.ts';
import type { NgramModel } from '../lm/ngram-model.ts';
import { machine, onMachine, type Machine, type MachineChoice } from '../onnx/runtime/machine.ts';
import { inFile } from '../support/in-file.ts';
import { Turns } from '../support/turns.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { About } from './about.ts';
import { Decoder, type LogitsDecoder } from './decoder.ts';
import { decoderThreads } from './decoder-threads.ts';
import { EncoderAndHead } from './encoder-and-head.ts';
import { COPY_AGAIN } from './model-folder.ts';
import { pooled, unlikenessOf } from './likeness.ts';
import { OneGraph, type Ran } from './one-graph.ts';
import type { ModelParts } from './parts.ts';
import { readModel, readSharing } from './read-model.ts';
import type { ThreadedDecoder } from './threaded-decoder.ts';

/** Logits of one recording. */
export interface Output {
  /** [frames, tokens] */
  logits: Float32Array;
  frames: number;
  /** Standard deviations from what recordings of the training's kind sound like; not of a model that doesn't know. */
  unlike?: number;
}

/** A trained model: encoder, head and vocabulary. Everything that it needs is in its folder. */
export class Model {
  readonly about: About;
  readonly vocabulary: Vocabulary;
  readonly decoder: Decoder;
  /** Beam search on threads of its own, where there are cores for them. */
  private readonly searching: ThreadedDecoder | undefined;
  private readonly parts: ModelParts;
  private readonly machine: Machine;
  /** Encoder and head in one, where they can be. */
  private readonly whole: OneGraph | undefined;
  /** Opened when it is needed: for encoders of others, and for what is too long to be heard at once. */
  private apart: Promise<EncoderAndHead> | undefined;
  /** On this thread one batch is computed at a time: several would only take more memory. */
  private readonly turns = new Turns();
  /** What the recordings of the training sound like. */
  private likeness: Likeness | undefined;

  private constructor(
    parts: ModelParts,
    [decoder, searching]: [Decoder, ThreadedDecoder?],
    machine: Machine,
    whole: OneGraph | undefined,
  ) {
    this.about = parts.about;
    this.vocabulary = parts.vocabulary;
    [this.parts, this.decoder, this.searching, this.machine, this.whole] = [parts, decoder, searching, machine, whole];
    this.likeness = parts.likeness;
  }

  /**
   * A model from its parts.
   * @param beside whether one of isogloss's own encoders computes on a thread of its own, so that this one goes on, and
   * beam search on others, where there are cores for them
   */
  static async assemble(parts: ModelParts, options: { beside?: boolean } = {}): Promise<Model> {
    return (await Model.assembleAll([parts], options))[0]!;
  }

  /** Models on one encoder, which is in memory once; if they are several, without adapters on it. */
  private static async assembleAll(
    all: readonly [ModelParts, ...ModelParts[]],
    { beside = false }: { beside?: boolean },
  ): Promise<Model[]> {
    const on = await machine();
    const wholes = await inEncoderFile(all[0], () => OneGraph.open(all, beside));
    const apart = wholes.length > 0 ? [] : await inEncoderFile(all[0], () => EncoderAndHead.open(all));
    return Promise.all(
      all.map(async (parts, i) => {
        const model = new Model(parts, await decodersFor(parts, beside ? decoderThreads(on) : 0), on, wholes[i]);
        if (apart[i]) model.apart = Promise.resolve(apart[i]);
        return model;
      }),
    );
  }

  /**
   * @param name a model folder, or what `readPublished` takes
   * @param options with `device` and `threads`: what it runs on; `beside` as for `assemble`
   * @throws InputError when it is no model, or the device can't be had
   */
  static async load(name: string, options: FetchOptions & MachineChoice & { beside?: boolean } = {}): Promise<Model> {
    const { device, threads } = options;
    return onMachine({ device, threads }, async () => Model.assemble(await readModel(name, options), options));
  }

  /**
   * Models that `sharedEncoder` says the same of: their encoder is in memory once. @param names as for `load`
   * @throws InputError when one is no model, or its encoder another one
   */
  static async loadAll(names: readonly string[], choice: MachineChoice = {}): Promise<Model[]> {
    return onMachine(choice, async () => {
      const all = await readSharing(names);
      return Model.assembleAll(all as [ModelParts, ...ModelParts[]], {});
    });
  }

  /** What decodes while something else goes on, where that can be; else `decoder`. */
  get decoderBeside(): LogitsDecoder {
    return this.searching ?? this.decoder;
  }

  /** Runs recordings of like length (16 kHz mono) side by side. */
  async run(recordings: readonly Float32Array[]): Promise<Output[]> {
    const { likeness } = this;
    const { outputs, compared } = await this.ran(recordings, likeness !== undefined);
    if (!likeness || !compared) return outputs;
    return outputs.map((output, row) => ({
      ...output,
      unlike: unlikenessOf(likeness, compared, row, recordings[row]!),
    }));
  }

  /** What recordings of like length sound like, to compare others with. */
  async pooled(recordings: readonly Float32Array[]): Promise<Pooled[]> {
    const { compared } = await this.ran(recordings, true);
    return recordings.map((recording, row) => pooled(compared!, row, recording));
  }

  /** From now on it tells how unlike these recordings are. */
  compareWith(likeness: Likeness | undefined): void {
    this.likeness = likeness;
  }

  async release(): Promise<void> {
    const apart = this.apart?.then((both) => both.release());
    await Promise.all([this.whole?.release(), apart, this.searching?.release()]);
  }

  private async ran(recordings: readonly Float32Array[], compares: boolean): Promise<Ran> {
    const { whole } = this;
    const fits = whole && recordings.every(({ length }) => frameCount(length) <= whole.longest);
    if (fits && whole.beside) return whole.run(recordings, compares);
    return this.turns.take(async () => (fits ? whole : await this.opened()).run(recordings, compares));
  }

  private opened(): Promise<EncoderAndHead> {
    return (this.apart ??= onMachine(this.machine, () =>
      inEncoderFile(this.parts, async () => (await EncoderAndHead.open([this.parts]))[0]!),
    ));
  }
}

/** Decodes on this thread, and on others beside it. */
async function decodersFor(
  { about, vocabulary, words, languageModel: file }: ModelParts,
  threads: number,
): Promise<[Decoder, ThreadedDecoder?]> {
  const knowledge = { languageModel: file === undefined ? undefined : await languageModelIn(file), words };
  const decoder = new Decoder(vocabulary, about.decoding, knowledge, about.confidence);
  if (!about.decoding || threads === 0) return [decoder];
  // Loaded here: most commands search on the thread that they run on, or not at all.
  const { ThreadedDecoder: Threaded } = await import('./threaded-decoder.ts');
  return [decoder, Threaded.open(decoder, about.decoding, knowledge, threads)];
}

async function languageModelIn(file: string): Promise<NgramModel> {
  const { loadLanguageModel } = await import('../lm/load.ts');
  return loadLanguageModel(file);
}

/** What is wrong with an encoder is told of its file. */
function inEncoderFile<T>({ encoderFolder: folder }: ModelParts, work: () => Promise<T>): Promise<T> {
  if (folder === undefined) return work();
  const file = path.join(folder, 'encoder.onnx');
  return inFile(existsSync(file) ? file : folder, COPY_AGAIN, work);
}
