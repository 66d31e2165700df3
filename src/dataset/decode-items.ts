import path from 'node:path';
import type { AudioCache } from '../audio/cache.ts';
import { TooLong, type Stretch } from '../audio/stretches.ts';
import { SAMPLE_RATE } from '../audio/format.ts';
import { byRecording } from '../corpus/by-recording.ts';
import { audioPath } from '../corpus/manifest.ts';
import { BeyondRecording, RecordingEnds } from '../corpus/stretch.ts';
import type { Utterance } from '../corpus/utterance.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import { codeOf, InputError, type SetAside } from '../support/errors.ts';
import { prefetch } from '../support/prefetch.ts';
import { silent, type JobOptions } from '../support/progress.ts';

/** An utterance, and the folder of its manifest. */
export interface Placed {
  utterance: Utterance;
  folder: string;
}

/** What decoding tells of a recording. */
export interface Sounded {
  samples: number;
  /** Content hash of the audio. */
  key: string;
}

/** Decodes what can be decoded; the rest is set aside. */
export async function decodeAll<T extends Placed>(
  items: readonly T[],
  cache: AudioCache,
  setAside: SetAside[],
  { progress = silent, signal }: JobOptions = {},
): Promise<(T & Sounded)[]> {
  const task = progress('prepare', items.length, 'utterances');
  const ends = new RecordingEnds();
  const decode = async (item: T): Promise<(T & Sounded) | InputError> => {
    signal?.throwIfAborted();
    try {
      const file = audioPath(item.folder, item.utterance);
      const length = await cache.length(file, item.utterance);
      const duration = length / SAMPLE_RATE;
      return (
        ends.after(file, item.utterance, duration) ?? {
          ...item,
          utterance: { ...item.utterance, duration },
          samples: length,
          key: await cache.key(file, item.utterance),
        }
      );
    } catch (error) {
      // A recording that can't be read is left out; a full disk stops the run.
      if (error instanceof InputError) return error;
      throw error;
    }
  };
  const beyondOf = async ({ folder, utterance }: T): Promise<InputError | undefined> => {
    try {
      return await ends.before(audioPath(folder, utterance), utterance);
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    }
  };
  const decodeGroup = async (group: readonly T[]): Promise<((T & Sounded) | InputError)[]> => {
    const beyond = await Promise.all(group.map(beyondOf));
    await cache.fill(group.filter((_, i) => !beyond[i]).map(stretchOf), signal);
    const decoded: ((T & Sounded) | InputError)[] = [];
    for (const [i, item] of group.entries()) decoded.push(beyond[i] ?? (await decode(item)));
    return decoded;
  };
  const decoded = new Map<T, (T & Sounded) | InputError>();
  for await (const { item: group, result } of prefetch(byRecording(items, recordingOf, 64), 2, decodeGroup)) {
    task.advance(group.length);
    result.forEach((item, i) => decoded.set(group[i]!, item));
  }
  task.done();
  return items.flatMap((asked) => {
    const item = decoded.get(asked)!;
    const { id } = asked.utterance;
    if (item instanceof InputError) setAside.push({ item: id, ...reasonFor(asked.utterance, item), place: item.place });
    else if (frameCount(item.samples) < 2) setAside.push({ item: id, ...TOO_SHORT });
    else return [item];
    return [];
  });
}

const recordingOf = ({ folder, utterance }: Placed): string => path.join(folder, utterance.audio);

const stretchOf = ({ folder, utterance }: Placed): Stretch => ({
  file: audioPath(folder, utterance),
  start: utterance.start,
  end: utterance.end,
  track: utterance.track,
  channel: utterance.channel,
});

export const TOO_SHORT = { reason: 'shorter than two frames (45 ms)', code: 'too-short' } as const;

/** What is wrong with a recording, with a hint where its name was written on Windows. */
export function reasonFor({ audio }: Utterance, error: InputError): Pick<SetAside, 'reason' | 'code'> {
  const reason = error.message;
  if (error instanceof BeyondRecording) return { reason, code: 'beyond-recording' };
  if (error instanceof TooLong) return { reason, code: 'too-long' };
  if (codeOf(error.cause) !== 'ENOENT') return { reason };
  return { reason: audio.includes('\\') ? `${reason}: write / between folders, not \\` : reason, code: 'no-file' };
}
