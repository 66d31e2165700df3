import { SAMPLE_RATE } from '../audio/sample-rate.ts';
import { loudnessAt, segmentBySilence } from '../audio/segment.ts';
import { FRAME_SAMPLES } from '../encoder/own/architecture.ts';

/** A stretch of a recording: 16 kHz mono. */
export interface Segment {
  /** Seconds from the recording's start to what is its own. */
  start: number;
  /** With what the model hears of its neighbours, where it was not cut off in pauses. */
  samples: Float32Array;
  /** Samples of the stretch before and of the one after; 0 at a pause. */
  before: number;
  after: number;
}

/** Seconds from the recording's start to the end of what is a segment's own. */
export const endOf = ({ start, samples, before, after }: Segment): number =>
  start + (samples.length - before - after) / SAMPLE_RATE;

/** What a stretch is heard with beyond a cut in the middle of speech: 2 s. */
const CONTEXT = 100 * FRAME_SAMPLES;
/** 20 dB below the stretch around it. */
const PAUSE = 0.01;

/**
 * Cuts a recording in its pauses as it is decoded, into stretches of at most `longest` seconds: where
 * `segmentBySilence` cuts the whole. Where there is no pause, a stretch comes with some of its neighbours, so that what
 * is said at the cut is heard whole from either side. No more than a stretch and a block are in memory.
 * @param pauseIn told of live sound what has come since the last cut, and how many samples were before it: how much of
 * it is a stretch by now, up to a pause, if any
 */
export async function* cutWhileDecoding(
  blocks: Iterable<Float32Array> | AsyncIterable<Float32Array>,
  longest: number,
  pauseIn: (own: Float32Array, start: number) => number | undefined = () => undefined,
): AsyncGenerator<Segment> {
  const most = longest * SAMPLE_RATE;
  // One sample more than fits: the next cut depends on nothing beyond it.
  const room = CONTEXT + most + 1 + CONTEXT;
  let waiting = new Float32Array(0);
  let filled = 0;
  // Where the next stretch starts: in what is waiting, and in the recording.
  let [from, start] = [0, 0];
  let before = 0;
  const next = (pause?: number): Segment => {
    const own = waiting.subarray(from, Math.min(filled, from + most + 1));
    const length = pause ?? segmentBySilence(own, longest)[0]!.end;
    const after =
      pause !== undefined || length === filled - from || loudnessAt(own, length) <= PAUSE
        ? 0
        : Math.min(CONTEXT, filled - from - length);
    const segment = {
      start: start / SAMPLE_RATE,
      samples: waiting.slice(from - before, from + length + after),
      before,
      after,
    };
    [from, start] = [from + length, start + length];
    before = after === 0 ? 0 : wholeFrames(Math.min(CONTEXT, from));
    return segment;
  };
  for await (const block of blocks)
    for (let taken = 0; taken < block.length;) {
      const count = Math.min(block.length - taken, room - filled);
      waiting = withRoom(waiting, filled + count, room);
      waiting.set(block.subarray(taken, taken + count), filled);
      [taken, filled] = [taken + count, filled + count];
      const pause = pauseIn(waiting.subarray(from, filled), start);
      if (pause === undefined && filled < room) continue;
      yield next(pause);
      const past = from - before;
      waiting.copyWithin(0, past, filled);
      [from, filled] = [before, filled - past];
    }
  while (from < filled) yield next();
}

/** Most recordings are short: they take no more memory than they need. */
function withRoom(samples: Float32Array<ArrayBuffer>, needed: number, most: number): Float32Array<ArrayBuffer> {
  if (samples.length >= needed) return samples;
  const larger = new Float32Array(Math.min(most, Math.max(needed, 2 * samples.length)));
  larger.set(samples);
  return larger;
}

const wholeFrames = (samples: number): number => samples - (samples % FRAME_SAMPLES);
