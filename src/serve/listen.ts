import { decodeStream } from '../audio/decode.ts';
import { durationOf } from '../audio/duration.ts';
import { SAMPLE_RATE } from '../audio/format.ts';
import type { TranscriptSegment } from '../transcribe/continuous-decoder.ts';
import { cutWhileDecoding } from '../transcribe/segments.ts';
import type { Engine } from './engine.ts';
import { Refusal } from './refusal.ts';

/** Stretches as long as those the encoder learnt from do best. */
export const LONGEST_STRETCH_SECONDS = 12;

/** A recording as it is heard: what is said, as it becomes certain, and how long the recording was. */
export interface Listening {
  segments: AsyncGenerator<TranscriptSegment>;
  /** By now; of the whole recording at the end. */
  seconds: () => number;
}

/**
 * Hears a recording that somebody sent: ffmpeg opens that file and nothing else.
 * @throws Refusal 413 when it is too long, InputError when it is none or damaged
 */
export function listenTo(file: string, engine: Engine, mostSeconds: number, signal: AbortSignal): Listening {
  let samples = 0;
  async function* blocks(): AsyncGenerator<Float32Array> {
    if (((await durationOf(file)) ?? 0) > mostSeconds) throw tooLong(mostSeconds);
    for await (const block of decodeStream(file, { signal })) {
      samples += block.length;
      if (samples > mostSeconds * SAMPLE_RATE) throw tooLong(mostSeconds);
      yield block;
    }
    if (samples === 0) throw new Refusal(400, 'invalid_recording', 'there is no sound in it', { param: 'file' });
  }
  const stretches = cutWhileDecoding(blocks(), LONGEST_STRETCH_SECONDS);
  return { segments: engine.transcribe(stretches, signal), seconds: () => samples / SAMPLE_RATE };
}

export const tooLong = (most: number): Refusal =>
  new Refusal(413, 'too_long', `no more than ${most / 60} minutes of sound are taken`, { param: 'file' });
