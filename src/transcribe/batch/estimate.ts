import { durationByHeader } from '../../audio/duration.ts';
import type { Sound } from '../../audio/source.ts';
import type { Model } from '../../model/model.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { prefetch } from '../../support/prefetch.ts';
import { silent, type JobOptions } from '../../support/progress.ts';
import { piecesOf, type Piece } from '../recordings.ts';
import { endOf } from '../segments.ts';
import { transcribePieces } from '../transcribe.ts';
import type { Plan } from './plan.ts';

/** What a batch would do, and how long that takes. */
export interface Estimate {
  recordings: number;
  /** Of sound, by what headers say. */
  seconds: number;
  /** Recordings of which no header says how long they are. */
  unknown: number;
  /** Of sound a second: so it was when the model heard the first of it; none where nothing could be heard. */
  speed?: number;
  /** That it takes by that. */
  elapsed?: number;
  /** Recordings of which everything is written. */
  done: number;
  /** What can't be read or written, as far as can be seen. */
  setAside: SetAside[];
}

/** Headers that are read side by side. */
const AT_ONCE = 4;
/** What the model hears, to see how fast it is. */
const TRIAL_SECONDS = 120;

/** Reads what headers say, and has the model hear two minutes. */
export async function estimateOf(
  plan: Plan,
  loaded: () => Promise<Model>,
  options: Sound & JobOptions,
): Promise<Estimate> {
  const setAside = [...plan.inTheWay, ...plan.failedBefore];
  const heard: string[] = [];
  let [seconds, unknown] = [0, 0];
  const lengthOf = (recording: string) =>
    durationByHeader(recording, options, options.signal).catch((error: unknown) => {
      if (error instanceof InputError) return error;
      throw error;
    });
  const recordings = plan.jobs.map(({ recording }) => recording);
  const task = (options.progress ?? silent)('measure', recordings.length, 'recordings');
  for await (const { item, result } of prefetch(recordings, AT_ONCE, lengthOf)) {
    options.signal?.throwIfAborted();
    task.advance();
    if (result instanceof InputError) setAside.push({ item, reason: result.message, place: result.place });
    else heard.push(item);
    if (result === undefined) unknown++;
    else if (typeof result === 'number') seconds += result;
  }
  task.done();
  const speed = heard.length > 0 ? await speedOf(await loaded(), heard, options) : undefined;
  const counts = { recordings: heard.length, seconds, unknown, done: plan.done, setAside };
  return speed === undefined ? counts : { ...counts, speed, elapsed: seconds / speed };
}

async function speedOf(
  model: Model,
  files: readonly string[],
  options: Sound & JobOptions,
): Promise<number | undefined> {
  const began = performance.now();
  let seconds = 0;
  const pieces = beginning(piecesOf(files, options, options.signal));
  for await (const item of transcribePieces(model, pieces, { signal: options.signal }))
    if ('seconds' in item) seconds += item.seconds;
  return seconds > 0 ? seconds / ((performance.now() - began) / 1000) : undefined;
}

/** Of recordings, the first few minutes. */
async function* beginning(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  let [seconds, end, file] = [0, 0, ''];
  for await (const piece of pieces) {
    file = piece.file;
    if ('segment' in piece) end = endOf(piece.segment);
    yield piece;
    if (!('segment' in piece)) [seconds, end] = [seconds + end, 0];
    if (seconds + end >= TRIAL_SECONDS) break;
  }
  if (end > 0) yield { file, notes: [], refused: undefined };
}
