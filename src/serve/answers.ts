import { deflateSync } from 'node:zlib';
import { TRANSCRIPT_FORMATS, type TimedTranscript } from '../formats/index.ts';
import type { TranscriptSegment } from '../transcribe/continuous-decoder.ts';
import type { Fields } from './fields.ts';

/** What was said in a recording that was sent. */
export interface Heard {
  language: string;
  /** Of the recording. */
  seconds: number;
  /** Those in which something is said. */
  segments: TranscriptSegment[];
}

export const textOf = ({ segments }: Pick<Heard, 'segments'>): string => segments.map(({ text }) => text).join(' ');

/** @returns the answer's body as the request wants it, and its type */
export function answerOf(heard: Heard, fields: Fields): { type: string; body: string } {
  const { response_format: format, timestamp_granularities: granularities } = fields;
  const transcript: TimedTranscript = { file: 'recording', ...heard };
  switch (format) {
    case 'json':
      return json({ text: textOf(heard), usage: usageOf(heard) });
    case 'verbose_json':
      return json({
        task: 'transcribe',
        language: heard.language,
        duration: heard.seconds,
        text: textOf(heard),
        ...(granularities.includes('segment') ? { segments: heard.segments.map(verboseSegment) } : {}),
        ...(granularities.includes('word') ? { words: wordsIn(heard) } : {}),
        usage: usageOf(heard),
      });
    case 'text':
      return { type: 'text/plain; charset=utf-8', body: `${textOf(heard)}\n` };
    case 'srt':
      return {
        type: 'application/x-subrip; charset=utf-8',
        body: String(TRANSCRIPT_FORMATS.srt.write(transcript).content),
      };
    case 'vtt':
      return { type: 'text/vtt; charset=utf-8', body: String(TRANSCRIPT_FORMATS.vtt.write(transcript).content) };
  }
}

const json = (value: unknown) => ({ type: 'application/json; charset=utf-8', body: JSON.stringify(value) });

export const usageOf = ({ seconds }: Pick<Heard, 'seconds'>) => ({ type: 'duration', seconds });

const wordsIn = ({ segments }: Heard) =>
  segments.flatMap(({ words }) => words.map(({ text: word, ...rest }) => ({ word, ...rest })));

/**
 * A segment with the fields that OpenAI's have. How likely it is comes of the words' confidences; how well it can be
 * compressed is a measure of Whisper's loops, as Whisper computes it; a model that writes letters has no tokens of
 * words, and no segments without speech.
 */
function verboseSegment({ start, end, text, words }: TranscriptSegment, id: number) {
  const likelihood = words.reduce((sum, { confidence }) => sum + Math.log(Math.max(confidence, 1e-6)), 0);
  const bytes = Buffer.from(text);
  return {
    ...{ id, seek: 0, start, end, text, tokens: [], temperature: 0 },
    avg_logprob: likelihood / words.length,
    compression_ratio: bytes.length / deflateSync(bytes).length,
    no_speech_prob: 0,
  };
}
