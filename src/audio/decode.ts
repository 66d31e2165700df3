import { InputError } from '../support/errors.ts';
import { judge } from './damage.ts';
import { durationOf } from './duration.ts';
import { pipeFfmpeg, type FfmpegOutcome } from './ffmpeg.ts';
import { floatsOf } from './format.ts';
import { joined } from './join.ts';
import { sizeOfFile } from './regular-file.ts';
import { checkFinite } from './samples.ts';
import { damaged, openSource, type Sound, type Source } from './source.ts';
import { MOST_SAMPLES, StretchCutter, TooLong, tooLong } from './stretches.ts';
import { readPlainSamples } from './wav.ts';

export interface DecodeOptions extends Sound {
  /** Seconds on the recording's timeline: what is between them; to the sample what the whole has there. */
  start?: number | undefined;
  end?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Told what is unusual of a recording that can be read all the same. */
  note?: ((what: string) => void) | undefined;
}

/** ffmpeg gives the first samples of anything within a second or so. */
const LONGEST_WAIT = 120_000;

/**
 * Decodes whatever ffmpeg reads, in blocks: 16 kHz mono float32, as loud as they are. Memory stays bounded however long
 * the recording.
 * @throws InputError naming the file and the reason: missing, a folder or device, empty, sound lost, no sound in it, no
 * such track, a sample that is no number, a stretch beyond its end
 */
export async function* decodeStream(file: string, options: DecodeOptions = {}): AsyncGenerator<Float32Array> {
  const { start, end, signal, note } = options;
  const source = await openSource(file, options, signal);
  for (const text of source.notes) note?.(text);
  const blocks = wholeRecording(source, signal, note);
  if (start === undefined && end === undefined) yield* blocks;
  else {
    // To its end, though the stretch may be over long before: sound that is lost on the way would shift it.
    const cutter = new StretchCutter(file, { start, end });
    for await (const block of blocks) {
      const part = cutter.take(block);
      if (part.length > 0) yield part;
    }
    cutter.finish();
  }
}

/**
 * A whole recording, or a stretch of it, in one piece.
 * @throws InputError as `decodeStream` does, and where that is more than ten minutes
 */
export async function decodeAudio(file: string, options: DecodeOptions = {}): Promise<Float32Array<ArrayBuffer>> {
  await sizeOfFile(file);
  const long = tooLong({ file, ...options }, await durationOf(file));
  if (long) throw long;
  const blocks: Float32Array[] = [];
  let length = 0;
  for await (const block of decodeStream(file, options)) {
    blocks.push(block);
    length += block.length;
    if (length > MOST_SAMPLES) throw new TooLong(file);
  }
  if (length === 0) throw damaged(file, 'there is no sound in it');
  return joined(blocks);
}

async function* wholeRecording(
  source: Source,
  signal?: AbortSignal,
  note?: (what: string) => void,
): AsyncGenerator<Float32Array> {
  const { file, plain } = source;
  let samples = 0;
  let outcome: FfmpegOutcome = { failed: false, said: [] };
  const blocks = plain ? readPlainSamples(file, plain) : throughFfmpeg(source, signal, (it) => (outcome = it));
  for await (const block of blocks) {
    checkFinite(file, block, samples);
    samples += block.length;
    yield block;
  }
  const verdict = judge(source, { ...outcome, samples });
  if (verdict instanceof InputError) throw verdict;
  if (verdict !== undefined) note?.(verdict);
}

async function* throughFfmpeg(
  { file, input, output }: Source,
  signal: AbortSignal | undefined,
  ended: (outcome: FfmpegOutcome) => void,
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const stopper = new AbortController();
  const stop = AbortSignal.any([stopper.signal, ...(signal ? [signal] : [])]);
  const { sound, outcome } = pipeFfmpeg(input, output, { signal: stop });
  const reader = sound[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const next = await withinTime(reader.next(), file);
      if (next.done) break;
      const bytes = rest.length > 0 ? Buffer.concat([rest, next.value]) : next.value;
      rest = bytes.subarray(bytes.length & ~3);
      if (bytes.length > 3) yield floatsOf(bytes);
    }
    ended(await outcome);
  } finally {
    stopper.abort();
    sound.destroy();
  }
}

/** @throws InputError when nothing comes for minutes: a reader that waits is no reason to */
async function withinTime<T>(next: Promise<T>, file: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(damaged(file, 'ffmpeg doesn’t get on with it')), LONGEST_WAIT);
  });
  return Promise.race([next, late]).finally(() => clearTimeout(timer));
}
