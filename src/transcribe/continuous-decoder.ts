import { SAMPLE_RATE } from '../audio/sample-rate.ts';
import { FRAME_SAMPLES } from '../encoder/own/architecture.ts';
import type { Decoded, LogitsDecoder } from '../model/decoder.ts';
import type { Output } from '../model/model.ts';
import { breakWordsAt, pausesIn, type Pause } from './pauses.ts';
import type { Segment } from './segments.ts';

/** What was said between two pauses. Seconds from the recording's start; confidence from 0 to 1. */
export interface TranscriptSegment {
  start: number;
  end: number;
  text: string;
  words: { text: string; start: number; end: number; confidence: number }[];
}

/** Stretches without a pause between them, in frames: two minutes. Beyond, a word may be cut. */
const LONGEST = 6000;

/**
 * Decodes stretches as one where there was no pause between them: what the model heard at a cut is heard once, whole
 * words stay whole, and a grapheme's run that goes on is not written twice.
 */
export class ContinuousDecoder {
  private readonly decoder: LogitsDecoder;
  private stretches: Stretch[] = [];
  private frames = 0;

  constructor(decoder: LogitsDecoder) {
    this.decoder = decoder;
  }

  /**
   * Takes the next stretch: at once, so that the one after it need not wait for what is found in this one.
   * @returns what is decoded by now: all stretches up to this one, or nothing as long as the next belongs to them
   * @throws NoNumbers where the network has computed none
   */
  async add(segment: Segment, output: Output): Promise<TranscriptSegment[]> {
    if (output.logits.some(Number.isNaN)) throw new NoNumbers();
    const from = segment.before / FRAME_SAMPLES;
    const to = segment.after === 0 ? output.frames : from + Math.round(ownSamples(segment) / FRAME_SAMPLES);
    const tokens = this.decoder.alphabet.tokens.length;
    this.stretches.push({
      segment,
      logits: output.logits.slice(from * tokens, to * tokens),
      frames: Math.max(0, to - from),
      unlike: output.unlike,
      pauses: [],
    });
    this.frames += Math.max(0, to - from);
    return segment.after > 0 && this.frames < LONGEST ? [] : this.decode();
  }

  private async decode(): Promise<TranscriptSegment[]> {
    const { stretches, frames } = this;
    [this.stretches, this.frames] = [[], 0];
    const { tokens, blank, delimiter } = this.decoder.alphabet;
    const network = { tokens: tokens.length, blank, delimiter };
    for (const stretch of stretches)
      stretch.pauses = pausesIn(ownSound(stretch.segment), stretch.logits, stretch.frames, network);
    const logits = joined(stretches.map((stretch) => stretch.logits));
    breakWordsAt(placed(stretches), logits, frames, network);
    const { words } = await this.decoder.decode(logits, frames, unlikeOf(stretches));
    let first = 0;
    return stretches.flatMap((stretch) => {
      const inside = words.filter(({ start }) => start >= first && start < first + stretch.frames);
      const segments = betweenPauses(stretch, first, inside);
      first += stretch.frames;
      return segments;
    });
  }
}

/** What damaged weights make of a recording: in a transcript it would be silence. */
export class NoNumbers extends Error {
  constructor() {
    super('the model computes no numbers of it: its weights are damaged, or too large for what it runs on');
  }
}

interface Stretch {
  segment: Segment;
  /** [frames, tokens] */
  logits: Float32Array;
  frames: number;
  unlike: number | undefined;
  pauses: Pause[];
}

/** Mean over the frames, where the model knows. */
export function unlikeOf(stretches: readonly { frames: number; unlike: number | undefined }[]): number | undefined {
  const known = stretches.filter(({ unlike }) => unlike !== undefined);
  const frames = known.reduce((sum, stretch) => sum + stretch.frames, 0);
  if (frames === 0) return undefined;
  return known.reduce((sum, stretch) => sum + stretch.frames * stretch.unlike!, 0) / frames;
}

/** Pauses by frames of all stretches. */
function placed(stretches: readonly Stretch[]): Pause[] {
  let first = 0;
  return stretches.flatMap(({ pauses, frames }) => {
    const here = pauses.map(({ from, to }) => ({ from: first + from, to: first + to }));
    first += frames;
    return here;
  });
}

/** What is said without a pause is a segment, as annotators cut; a stretch in which nothing is said is one too. */
function betweenPauses({ segment, pauses, frames }: Stretch, first: number, words: Decoded['words']) {
  const end = segment.start + ownSamples(segment) / SAMPLE_RATE;
  const seconds = (frame: number): number =>
    frame >= frames ? end : segment.start + (frame * FRAME_SAMPLES) / SAMPLE_RATE;
  const starts = [0, ...pauses.map(({ to }) => to)];
  const ends = [...pauses.map(({ from }) => from), frames];
  const parts = starts.map((from, i): TranscriptSegment => {
    const next = i + 1 < starts.length ? starts[i + 1]! : Infinity;
    const own = words.filter(({ start }) => start - first >= from && start - first < next);
    const timed = own.map(({ word, start, end: last, confidence }) => {
      return { text: word, start: seconds(start - first), end: segment.start + toSeconds(last - first), confidence };
    });
    return {
      start: seconds(from),
      end: seconds(ends[i]!),
      text: timed.map(({ text }) => text).join(' '),
      words: timed,
    };
  });
  const spoken = parts.filter(({ text }) => text !== '');
  return spoken.length > 0 ? spoken : [{ start: segment.start, end, text: '', words: [] }];
}

const toSeconds = (frames: number): number => (frames * FRAME_SAMPLES) / SAMPLE_RATE;

const ownSound = ({ samples, before, after }: Segment): Float32Array =>
  samples.subarray(before, samples.length - after);

const ownSamples = ({ samples, before, after }: Segment): number => samples.length - before - after;

function joined(parts: readonly Float32Array[]): Float32Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
