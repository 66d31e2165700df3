import { SAMPLE_RATE } from '../audio/format.ts';
import { FRAME_SAMPLES } from '../encoder/own/architecture.ts';
import type { Model, Output } from '../model/model.ts';
import type { Segment } from './segments.ts';

/** What was said in a stretch. Seconds from the recording's start; confidence from 0 to 1. */
export interface TranscriptSegment {
  start: number;
  end: number;
  text: string;
  words: { text: string; start: number; end: number; confidence: number }[];
}

/** Stretches without a pause between them, in frames: two minutes. Beyond, a word may be cut. */
const LONGEST = 6000;

/**
 * Decodes stretches as one where there was no pause between them: what the model heard at a cut is heard once, whole words stay
 * whole, and a grapheme's run that goes on is not written twice.
 */
export class ContinuousDecoder {
  private readonly model: Pick<Model, 'vocabulary' | 'decoder'>;
  private stretches: { segment: Segment; logits: Float32Array; frames: number }[] = [];
  private frames = 0;

  constructor(model: Pick<Model, 'vocabulary' | 'decoder'>) {
    this.model = model;
  }

  /** @returns what is decoded by now: all stretches up to this one, or nothing as long as the next belongs to them */
  add(segment: Segment, output: Output): TranscriptSegment[] {
    const from = segment.before / FRAME_SAMPLES;
    const to = segment.after === 0 ? output.frames : from + Math.round(ownSamples(segment) / FRAME_SAMPLES);
    const tokens = this.model.vocabulary.size;
    this.stretches.push({
      segment,
      logits: output.logits.slice(from * tokens, to * tokens),
      frames: Math.max(0, to - from),
    });
    this.frames += Math.max(0, to - from);
    return segment.after > 0 && this.frames < LONGEST ? [] : this.decode();
  }

  private decode(): TranscriptSegment[] {
    const { stretches, frames } = this;
    [this.stretches, this.frames] = [[], 0];
    const { words } = this.model.decoder.decode(joined(stretches.map(({ logits }) => logits)), frames);
    let first = 0;
    return stretches.map(({ segment, frames: own }) => {
      const inside = words.filter(({ start }) => start >= first && start < first + own);
      const seconds = (frame: number): number => segment.start + ((frame - first) * FRAME_SAMPLES) / SAMPLE_RATE;
      const timed = inside.map(({ word, start, end, confidence }) => ({
        text: word,
        start: seconds(start),
        end: seconds(end),
        confidence,
      }));
      first += own;
      return {
        start: segment.start,
        end: segment.start + ownSamples(segment) / SAMPLE_RATE,
        text: timed.map(({ text }) => text).join(' '),
        words: timed,
      };
    });
  }
}

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
