import { SAMPLE_RATE } from '../audio/format.ts';
import type { Sound } from '../audio/source.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import { UNLIKE } from '../evaluate/likeness.ts';
import { Model, type Output } from '../model/model.ts';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import { makeBatches } from '../support/batches.ts';
import { messageOf, WorkError, type SetAside } from '../support/errors.ts';
import { prefetch } from '../support/prefetch.ts';
import { silent, type Progress } from '../support/progress.ts';
import { recordingsAt } from './find-recordings.ts';
import { piecesOf, type Piece } from './recordings.ts';
import { endOf, type Segment } from './segments.ts';
import { ContinuousDecoder, NoNumbers, unlikeOf, type TranscriptSegment } from './continuous-decoder.ts';

/** What was said in one recording. */
export interface Transcript {
  file: string;
  text: string;
  /** Of the recording. */
  seconds: number;
  /** In order, from pause to pause. */
  segments: TranscriptSegment[];
  /**
   * How unlike what the model learnt from it sounds, in standard deviations: beyond 3 expect more errors, and of words
   * that it is sure of
   * too. Not of a model that doesn't know.
   */
  unlike?: number;
  /**
   * What is unusual of the recording, if anything: which of several tracks was taken, a header without a length, an
   * unlike sound.
   */
  notes?: string[];
}

/** Track and channel say which sound of files with several; device and threads, what the model runs on. */
export interface TranscribeOptions extends Sound, MachineChoice {
  progress?: Progress;
  signal?: AbortSignal;
  /** Told again and again how many more seconds of sound have been heard. */
  onHeard?: (seconds: number) => void;
}

const SOUNDS_UNLIKE =
  'it sounds unlike the recordings that the model has learnt from (noise, room, telephone, voice): expect more errors';

/** Frames side by side, and stretches among which those of like length are found. */
const BATCH_FRAMES = 3000;
const GROUP = 40;
/** So many are computed first: nothing can be before they are decoded. */
const FIRST_GROUP = 8;
/**
 * Groups that the model has or that wait for it, and groups that are decoded: while one is decoded to text, the next is
 * computed.
 */
const GROUPS_AHEAD = 2;

/**
 * Transcribes files, and the recordings in folders, in the order given. A recording that can't be read is set aside.
 * Memory stays bounded however long a recording is.
 * @throws InputError when the model folder is none, a path doesn't exist, or there is nothing to transcribe
 */
export async function* transcribe(
  modelFolder: string,
  paths: readonly string[],
  options: TranscribeOptions = {},
): AsyncGenerator<Transcript | SetAside> {
  const { device, threads, progress, signal } = options;
  const files = await recordingsAt(paths, { signal });
  const model = await Model.load(modelFolder, { device, threads, progress, signal, beside: true });
  try {
    const task = (progress ?? silent)('transcribe', files.length, 'recordings');
    let heard = 0;
    const onHeard = (seconds: number): void => {
      heard += seconds;
      task.note(`${(heard / 60).toFixed(1)} minutes heard`);
      options.onHeard?.(seconds);
    };
    for await (const transcript of transcribePieces(model, piecesOf(files, options, signal), { signal, onHeard })) {
      task.advance();
      yield transcript;
    }
    task.done();
  } finally {
    await model.release();
  }
}

/** With a model that is loaded already: a transcript for each recording, or why there is none. */
export async function* transcribePieces(
  model: Model,
  pieces: AsyncIterable<Piece>,
  { signal, onHeard }: Pick<TranscribeOptions, 'signal' | 'onHeard'> = {},
): AsyncGenerator<Transcript | SetAside> {
  const computed = prefetch(grouped(pieces), GROUPS_AHEAD, (group) => {
    signal?.throwIfAborted();
    return runModel(model, group, onHeard);
  });
  let builder = new TranscriptBuilder(model);
  const decoded = prefetch(computed, GROUPS_AHEAD, async ({ item: group, result: outputs }) => {
    signal?.throwIfAborted();
    const ended: Promise<Transcript | SetAside>[] = [];
    const added: Promise<unknown>[] = [];
    for (const piece of group)
      if ('segment' in piece) added.push(builder.add(piece.segment, outputs.shift()!));
      else {
        ended.push(builder.end(piece));
        builder = new TranscriptBuilder(model);
      }
    // Whatever came of them is told with its recording.
    await Promise.allSettled([...added, ...ended]);
    return ended;
  });
  for await (const { result: transcripts } of decoded)
    for (const transcript of transcripts) {
      signal?.throwIfAborted();
      yield await transcript;
    }
}

/** Some minutes of stretches at a time, of one long recording or of many short ones. */
async function* grouped(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece[]> {
  let group: Piece[] = [];
  let [stretches, wanted] = [0, FIRST_GROUP];
  for await (const piece of pieces) {
    group.push(piece);
    if (!('segment' in piece) || ++stretches < wanted) continue;
    yield group;
    [group, stretches, wanted] = [[], 0, Math.min(GROUP, 2 * wanted)];
  }
  if (group.length > 0) yield group;
}

/** Stretches of like length side by side, so that little of what the model computes is padding. */
async function runModel(
  model: Model,
  group: readonly Piece[],
  onHeard: TranscribeOptions['onHeard'],
): Promise<Output[]> {
  const sounds = group.flatMap((piece) => ('segment' in piece ? [piece.segment.samples] : []));
  const outputs = new Array<Output>(sounds.length);
  const batches = makeBatches(
    sounds.map(({ length }) => frameCount(length)),
    BATCH_FRAMES,
  );
  // All at once: the model's thread never waits for this one.
  await Promise.all(
    batches.map(async ({ examples }) => {
      const rows = await model.run(examples.map((i) => sounds[i]!));
      examples.forEach((i, row) => (outputs[i] = rows[row]!));
      onHeard?.(examples.reduce((sum, i) => sum + sounds[i]!.length, 0) / SAMPLE_RATE);
    }),
  );
  return outputs;
}

/** A recording's transcript as it comes to be. */
class TranscriptBuilder {
  private readonly decoder: ContinuousDecoder;
  private readonly parts: Promise<TranscriptSegment[]>[] = [];
  private readonly heard: { frames: number; unlike: number | undefined }[] = [];
  private seconds = 0;

  constructor(model: Model) {
    this.decoder = new ContinuousDecoder(model.decoderBeside);
  }

  /** Resolves when it is decoded. */
  add(segment: Segment, output: Output): Promise<unknown> {
    const part = this.decoder.add(segment, output);
    this.parts.push(part);
    this.heard.push({ frames: output.frames, unlike: output.unlike });
    this.seconds = endOf(segment);
    return part;
  }

  /**
   * What can't be read, or not to its end, is set aside whole.
   * @throws WorkError when decoding failed
   */
  async end({ file, notes, refused }: Extract<Piece, { notes: unknown }>): Promise<Transcript | SetAside> {
    const parts = await Promise.all(this.parts).catch((error: unknown) => noNumbersIn(file, error));
    if (refused) return { item: file, reason: refused.message, place: refused.place };
    if (parts instanceof NoNumbers) return { item: file, reason: parts.message, place: { file } };
    const segments = parts.flat();
    if (segments.length === 0) return { item: file, reason: 'there is no sound in it', place: { file } };
    const text = segments
      .map((segment) => segment.text)
      .filter((part) => part !== '')
      .join(' ');
    const unlike = unlikeOf(this.heard);
    const all = unlike !== undefined && unlike > UNLIKE ? [...notes, SOUNDS_UNLIKE] : notes;
    return {
      ...{ file, text, seconds: this.seconds, segments },
      ...(unlike !== undefined && { unlike: Number(unlike.toFixed(1)) }),
      ...(all.length > 0 && { notes: [...all] }),
    };
  }
}

function noNumbersIn(file: string, error: unknown): NoNumbers {
  if (error instanceof NoNumbers) return error;
  throw new WorkError(`the search for words failed: ${messageOf(error)}`, 'Start again.', { file }, error);
}
