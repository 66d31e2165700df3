import { appendFile, readFile } from 'node:fs/promises';
import type { Model } from '../../model/model.ts';
import { codeOf } from '../../support/errors.ts';
import { writeAtomic } from '../../support/files.ts';
import type { Progress } from '../../support/progress.ts';
import { piecesOf } from '../../transcribe/recordings.ts';
import { transcribePieces } from '../../transcribe/transcribe.ts';

/** What a model wrote of what was said between two pauses. */
export interface Draft {
  file: string;
  /** Seconds into the recording. */
  start: number;
  end: number;
  text: string;
  /** How sure the network was of its words, on average over their letters. */
  confidence: number;
}

/** A line of `drafts.jsonl`: a recording, or why there is none. */
interface DraftedRecording {
  file: string;
  seconds?: number;
  drafts?: Omit<Draft, 'file'>[];
  reason?: string;
}

export interface Drafts {
  drafts: Draft[];
  seconds: number;
  unreadable: number;
}

/**
 * Transcribes recordings, line by line into a file: killed, the same call goes on with the recordings that are not in
 * it yet.
 */
export async function draftRecordings(
  model: Model,
  files: readonly string[],
  output: string,
  { progress, signal }: { progress: Progress; signal?: AbortSignal | undefined },
): Promise<Drafts> {
  const lines = await linesOf(output);
  const done = new Set(lines.map(({ file }) => file));
  const missing = files.filter((file) => !done.has(file));
  const task = progress('transcribe what nobody has', missing.length, 'recordings');
  for await (const transcript of transcribePieces(model, piecesOf(missing, {}, signal), { signal })) {
    const line: DraftedRecording =
      'reason' in transcript
        ? { file: transcript.item, reason: transcript.reason }
        : { file: transcript.file, seconds: transcript.seconds, drafts: draftsOf(transcript.segments) };
    await appendFile(output, `${JSON.stringify(line)}\n`);
    lines.push(line);
    task.advance();
  }
  task.done();
  return {
    drafts: lines.flatMap(({ file, drafts = [] }) => drafts.map((draft) => ({ file, ...draft }))),
    seconds: lines.reduce((sum, { seconds = 0 }) => sum + seconds, 0),
    unreadable: lines.filter(({ reason }) => reason !== undefined).length,
  };
}

async function linesOf(file: string): Promise<DraftedRecording[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  // A line that was cut off by a kill is a recording that has to be done again.
  const lines = text.split('\n').slice(0, -1);
  await writeAtomic(file, lines.map((line) => `${line}\n`).join(''));
  return lines.map((line) => JSON.parse(line) as DraftedRecording);
}

interface SpokenSegment {
  start: number;
  end: number;
  text: string;
  words: readonly { text: string; confidence: number }[];
}

const draftsOf = (segments: readonly SpokenSegment[]): Omit<Draft, 'file'>[] =>
  segments
    .filter(({ text }) => text !== '')
    .map(({ start, end, text, words }) => ({ start, end, text, confidence: confidenceOf(words) }));

/** Mean over the letters of words. */
export function confidenceOf(words: readonly { text: string; confidence: number }[]): number {
  const letters = words.reduce((sum, { text }) => sum + text.length, 0);
  return words.reduce((sum, { text, confidence }) => sum + text.length * confidence, 0) / Math.max(1, letters);
}
