import path from 'node:path';
import { durationOf } from '../../audio/duration.ts';
import type { SetAside } from '../../support/errors.ts';
import { writeAtomic } from '../../support/files.ts';
import type { ImportOptions, Row } from '../importers/importer.ts';
import type { Utterance } from '../utterance.ts';
import type { Folder } from './folder.ts';
import type { MediaNames } from './media-names.ts';
import { HashedNumbers } from './hashed-numbers.ts';
import { findRecording } from './recordings.ts';
import type { Speakers } from './speakers.ts';
import type { Tally } from './tally.ts';

/** Recordings whose headers are asked for their length: beyond, the files of a data set would take minutes to open. */
const MOST_OPENED = 20_000;
/** What a time may lie beyond a recording's end by rounding: seconds. */
const SLACK = 0.1;

export interface Destination {
  folders: readonly [Folder, ...Folder[]];
  media: MediaNames;
  /** The corpus's folder. */
  corpus: string;
}

/** Rows become utterances: recordings are found, times are checked against them, ids are made unique. */
export async function* utterancesOf(
  rows: AsyncIterable<Row | SetAside>,
  to: Destination,
  options: ImportOptions,
  speakers: Speakers,
  tally: Tally,
): AsyncGenerator<Utterance> {
  const ids = new Ids();
  const recordings = new Recordings(to);
  for await (const row of rows) {
    if ('reason' in row) {
      tally.setAside(row);
      continue;
    }
    const text = row.text.replace(/[\t\n\r ]+/g, ' ').trim();
    if (text === '') {
      tally.untranscribed++;
      continue;
    }
    const known = recordings.of(row);
    const recording = known instanceof Promise ? await known : known;
    const id = ids.give(row.id ?? `${row.file}/${row.line ?? ids.count + 1}`);
    if (!recording) {
      tally.missing(path.posix.basename((row.recording[0] ?? row.file).replaceAll('\\', '/')));
      if (!options.keepMissing) continue;
    }
    const times = timesOf(row, recording, tally);
    if ('reason' in times) {
      tally.setAside({ item: id, reason: times.reason, place: placeOf(row) });
      continue;
    }
    const speaker = row.speaker ?? speakers.of(row.file, recording?.audio) ?? options.speaker;
    const language = row.language ?? options.language;
    yield {
      id,
      audio: recording?.audio ?? to.media.nameOf(to.folders[0], missingPlace(row)),
      text,
      ...(row.phones !== undefined && { phones: row.phones }),
      ...(speaker !== undefined && speaker !== '' && { speaker }),
      ...(language !== undefined && language !== '' && { language }),
      ...times,
      ...(row.split && { split: row.split }),
      source: sourceOf(row, to),
    };
  }
}

interface KnownRecording {
  audio: string;
  duration?: number;
  origin: number;
}

type Known = KnownRecording | undefined;

/** Where recordings are, and how long. */
class Recordings {
  private readonly to: Destination;
  private last: { names: readonly string[]; known: Known } | undefined;
  private readonly lengths = new Map<string, Promise<number | undefined>>();

  constructor(to: Destination) {
    this.to = to;
  }

  of(row: Row): Known | Promise<Known> {
    if (row.sound) return this.keep(row, row.sound);
    // All annotations of a document have one list of names.
    if (this.last?.names === row.recording) return this.last.known;
    const found = findRecording(this.to.folders, row.file, row.recording);
    const known = found && {
      audio: this.to.media.nameOf(found.folder, found.file),
      origin: row.origins?.get(found.name) ?? 0,
    };
    const remember = (complete: Known): Known => {
      this.last = { names: row.recording, known: complete };
      return complete;
    };
    const length = found && this.lengthOf(found.folder.full(found.file));
    if (!known || !length) return remember(known);
    return length.then((duration) => remember({ ...known, ...(duration === undefined ? {} : { duration }) }));
  }

  private lengthOf(file: string): Promise<number | undefined> | undefined {
    if (!/\.(wav|ogg|oga|opus|g722)$/i.test(file)) return undefined;
    const known = this.lengths.get(file);
    if (known) return known;
    if (this.lengths.size >= MOST_OPENED) return undefined;
    const length = durationOf(file).catch(() => undefined);
    this.lengths.set(file, length);
    return length;
  }

  /** A sound that lies in a table becomes a file of the corpus. */
  private async keep(row: Row, { bytes, name }: NonNullable<Row['sound']>): Promise<KnownRecording> {
    const ending = path.posix.extname(name ?? '') || '.wav';
    const safe = (row.id ?? `${row.file}-${row.line ?? 0}`)
      .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
      .replace(/^\.+/, '');
    const audio = `audio/${safe}${safe.endsWith(ending) ? '' : ending}`;
    const file = path.join(this.to.corpus, audio);
    await writeAtomic(file, bytes);
    const duration = await this.lengthOf(file);
    return { audio, origin: 0, ...(duration === undefined ? {} : { duration }) };
  }
}

function timesOf(
  row: Row,
  recording: KnownRecording | undefined,
  tally: Tally,
): Pick<Utterance, 'start' | 'end' | 'duration'> | { reason: string } {
  const origin = recording?.origin ?? 0;
  const start = row.start === undefined ? undefined : row.start + origin;
  const end = row.end === undefined ? undefined : row.end + origin;
  if (start === undefined && end === undefined) {
    const duration = row.duration ?? recording?.duration;
    return duration === undefined ? {} : { duration: rounded(duration) };
  }
  const from = Math.max(0, start ?? 0);
  const last = recording?.duration ?? Infinity;
  if (from >= last) return { reason: 'it begins behind the end of its recording' };
  let to = end ?? (row.duration === undefined ? last : from + row.duration);
  if (to <= from) return { reason: 'it ends before it begins' };
  if (to > last + SLACK) tally.note('end behind the end of their recordings, and were cut there');
  to = Math.min(to, last);
  return to === Infinity
    ? { start: rounded(from) }
    : { start: rounded(from), end: rounded(to), duration: rounded(to - from) };
}

/** To microseconds: no sum of decimal fractions stands in a manifest. */
const rounded = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;

/**
 * Ids that are given once. Their hashes are kept, not themselves: where two are alike, which is rare, one gets a
 * needless number.
 */
class Ids {
  private readonly taken = new HashedNumbers();

  get count(): number {
    return this.taken.size;
  }

  give(wanted: string): string {
    let id = wanted;
    for (let n = 2; this.taken.has(id); n++) id = `${wanted}-${n}`;
    this.taken.set(id, 1);
    return id;
  }
}

const placeOf = ({ file, line }: Row): { file: string; line?: number } => ({ file, ...(line ? { line } : {}) });

/** Where it would lie if it were beside the file that names it. */
function missingPlace(row: Row): string {
  const name = path.posix.basename((row.recording[0] ?? 'missing.wav').replaceAll('\\', '/'));
  return path.posix.join(path.posix.dirname(row.file), name === '' ? 'missing.wav' : name);
}

function sourceOf(row: Row, { folders, media }: Destination): NonNullable<Utterance['source']> {
  const annotation = row.annotation ?? (row.line === undefined ? undefined : String(row.line));
  return {
    file: media.nameOf(folders[0], row.file),
    ...(row.tier !== undefined && { tier: row.tier }),
    ...(annotation !== undefined && { annotation }),
  };
}
