import { durationOf } from '../audio/duration.ts';
import { sizeOfFile } from '../audio/regular-file.ts';
import { InputError } from '../support/errors.ts';

/** A manifest's stretch lies where its recording is over. */
export class BeyondRecording extends InputError {}

/** Seconds into a recording. */
export interface Bounds {
  start?: number | undefined;
  end?: number | undefined;
}

/** Annotations often end a little behind their recording. */
const TOLERANCE = 0.25;

/** Tells which stretches lie beyond their recordings' ends. Each recording's header is read once. */
export class RecordingEnds {
  private readonly lengths = new Map<string, Promise<number | undefined>>();

  /** By what the recording's header says; `undefined` also where it says nothing. */
  async before(file: string, bounds: Bounds): Promise<BeyondRecording | undefined> {
    if (bounds.start === undefined && bounds.end === undefined) return undefined;
    const known = this.lengths.get(file) ?? lengthOf(file);
    this.lengths.set(file, known);
    return beyond(file, bounds, await known);
  }

  /** By how much was found in the stretch. @param decoded seconds */
  after(file: string, bounds: Bounds, decoded: number): BeyondRecording | undefined {
    const { start = 0, end } = bounds;
    return end !== undefined && start + decoded < end - TOLERANCE ? beyond(file, bounds, start + decoded) : undefined;
  }
}

/** Opening what is no regular file could wait for ever. */
async function lengthOf(file: string): Promise<number | undefined> {
  return sizeOfFile(file)
    .then(() => durationOf(file))
    .catch(() => undefined);
}

function beyond(file: string, { start = 0, end }: Bounds, length: number | undefined): BeyondRecording | undefined {
  const last = end ?? start;
  if (length === undefined || (start < length && last - TOLERANCE <= length)) return undefined;
  const milliseconds = last >= 100 && last / 1000 <= length + TOLERANCE;
  return new BeyondRecording(
    `stretch ${start}–${end ?? ''} s, the recording ends at ${length.toFixed(1)} ` +
      `s${milliseconds ? ': are these milliseconds?' : ''}`,
    milliseconds ? 'Write start and end in seconds.' : 'Mend start and end in the manifest.',
    { file },
  );
}
