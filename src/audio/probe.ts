import { z } from 'zod';
import { InputError } from '../support/errors.ts';
import { runFfprobe } from './ffmpeg.ts';

/** A track of sound in a file. */
export interface Track {
  /** ffmpeg's number of it, among tracks of all kinds. */
  index: number;
  channels: number;
  /** Samples a second. */
  rate: number;
  /** What players take when nobody chooses. */
  isDefault: boolean;
  language: string | undefined;
}

export interface Probed {
  tracks: Track[];
  /** Of the file; undefined where ffmpeg guesses. */
  seconds: number | undefined;
}

const ENTRIES =
  'format=duration:stream=index,codec_type,sample_rate,channels:stream_disposition=default:stream_tags=language';

const schema = z.object({
  streams: z
    .array(
      z.object({
        index: z.number(),
        codec_type: z.string().optional(),
        sample_rate: z.coerce.number().default(0),
        channels: z.number().default(0),
        disposition: z.object({ default: z.number().default(0) }).prefault({}),
        tags: z.object({ language: z.string().optional() }).prefault({}),
      }),
    )
    .default([]),
  format: z.object({ duration: z.coerce.number().optional() }).prefault({}),
});

/** The sound in a file, by ffprobe. @returns undefined when it is no recording */
export async function probe(file: string, signal?: AbortSignal): Promise<Probed | undefined> {
  const parsed = schema.safeParse(await runFfprobe(file, ENTRIES, signal));
  if (!parsed.success) return undefined;
  const { streams, format } = parsed.data;
  const tracks = streams
    .filter(({ codec_type }) => codec_type === 'audio')
    .map(({ index, channels, sample_rate, disposition, tags }) => ({
      index,
      channels,
      rate: sample_rate,
      isDefault: disposition.default === 1,
      language: tags.language,
    }));
  return { tracks, seconds: format.duration };
}

/**
 * The track that is asked for, else the default one, else the first.
 * @param number counted from 1 among tracks of sound
 * @throws InputError when there is none
 */
export function chooseTrack(file: string, tracks: readonly Track[], number: number | undefined): Track {
  if (tracks.length === 0)
    throw new InputError('there is no sound in it', 'Name a recording, or a video with sound.', { file });
  const chosen = number === undefined ? (tracks.find(({ isDefault }) => isDefault) ?? tracks[0]) : tracks[number - 1];
  if (chosen) return chosen;
  throw new InputError(`it has no track ${number}: ${described(tracks)}`, 'Name one that is there.', { file });
}

/** For people: `2 tracks of sound (1: ita, 2: sc)`. */
export function described(tracks: readonly Track[]): string {
  const names = tracks.map(({ language }, i) => (language ? `${i + 1}: ${language}` : `${i + 1}`));
  return `${tracks.length} ${tracks.length === 1 ? 'track' : 'tracks'} of sound (${names.join(', ')})`;
}
