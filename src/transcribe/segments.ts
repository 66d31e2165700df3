import { SAMPLE_RATE } from '../audio/format.ts';
import { segmentBySilence } from '../audio/segment.ts';

/** A stretch of a recording: 16 kHz mono. */
export interface Segment {
  /** Seconds from the recording's start. */
  start: number;
  samples: Float32Array;
}

/**
 * Cuts a recording in its pauses as it is decoded, into stretches of at most `longest` seconds: where `segmentBySilence` cuts the
 * whole, with no more than a stretch and a block in memory.
 */
export async function* cutWhileDecoding(blocks: AsyncIterable<Float32Array>, longest: number): AsyncGenerator<Segment> {
  // One sample more than fits: the next cut depends on nothing beyond it.
  const waiting = new Float32Array(longest * SAMPLE_RATE + 1);
  let [start, filled] = [0, 0];
  for await (const block of blocks)
    for (let taken = 0; taken < block.length; ) {
      const count = Math.min(block.length - taken, waiting.length - filled);
      waiting.set(block.subarray(taken, taken + count), filled);
      [taken, filled] = [taken + count, filled + count];
      if (filled < waiting.length) continue;
      const { end } = segmentBySilence(waiting, longest)[0]!;
      yield { start: start / SAMPLE_RATE, samples: waiting.slice(0, end) };
      waiting.copyWithin(0, end);
      [start, filled] = [start + end, filled - end];
    }
  if (filled > 0) yield { start: start / SAMPLE_RATE, samples: waiting.slice(0, filled) };
}
