import { tmpdir } from 'node:os';
import { decodeMany, groupShort } from '../audio/decode-many.ts';
import { decodeStream } from '../audio/decode.ts';
import type { Sound, Source } from '../audio/source.ts';
import { prefetch } from '../support/prefetch.ts';
import { InputError } from '../support/errors.ts';
import { cutWhileDecoding, type Segment } from './segments.ts';

/** What comes of recordings, in order: the stretches of each, then its end, or why it can't be read. */
export type Piece =
  { file: string; segment: Segment } | { file: string; notes: readonly string[]; refused: InputError | undefined };

/** Segments as long as those the encoder learnt from do best. */
const LONGEST_SEGMENT_SECONDS = 12;
/** Recordings that are looked at together for short ones, and those whose decoding has begun. */
const TOGETHER = 32;
const AHEAD = 3;

/** Decodes recordings and cuts them into stretches. The beginnings of the next are decoded while one is worked on. */
export async function* piecesOf(
  files: readonly string[],
  sound: Sound = {},
  signal?: AbortSignal,
): AsyncGenerator<Piece> {
  const opened = new Set<AsyncGenerator<Segment>>();
  const open = async ({ file, samples }: Recording) => {
    const notes: string[] = [];
    const note = (text: string): void => void notes.push(text);
    const blocks = samples ? [samples] : decodeStream(file, { ...sound, signal, note });
    const segments = cutWhileDecoding(blocks, LONGEST_SEGMENT_SECONDS);
    opened.add(segments);
    return { segments, notes, first: await segments.next().catch(refusal) };
  };
  try {
    for await (const {
      item: { file },
      result: { segments, notes, first },
    } of prefetch(shortTogether(files, sound, signal), AHEAD, open)) {
      let next = first;
      while (!(next instanceof InputError) && !next.done) {
        yield { file, segment: next.value };
        next = await segments.next().catch(refusal);
      }
      opened.delete(segments);
      yield { file, notes, refused: next instanceof InputError ? next : undefined };
    }
  } finally {
    await Promise.all([...opened].map((segments) => segments.return(undefined)));
  }
}

/** The same of samples that a program has already, 16 kHz mono. @param file what they are called */
export async function* piecesOfSamples(samples: Float32Array, file: string): AsyncGenerator<Piece> {
  for await (const segment of cutWhileDecoding([samples], LONGEST_SEGMENT_SECONDS)) yield { file, segment };
  yield { file, notes: [], refused: undefined };
}

interface Recording {
  file: string;
  /** 16 kHz mono, where it is decoded already. */
  samples: Float32Array | undefined;
}

/**
 * Recordings in order, with short ones decoded many at a time: to start ffmpeg takes longer than a few seconds of
 * speech.
 */
async function* shortTogether(files: readonly string[], sound: Sound, signal?: AbortSignal): AsyncGenerator<Recording> {
  const decode = ({ group }: WithGroup) => decodeGroup(group, signal);
  const chosen = sound.track !== undefined || sound.channel !== undefined;
  for await (const { item, result: decoded } of prefetch(withGroups(files, !chosen), 2, decode))
    for (const file of item.files) yield { file, samples: decoded.get(file) };
}

interface WithGroup {
  /** Recordings that follow one another. */
  files: readonly string[];
  /** Those of them that are decoded together. */
  group: readonly Source[];
}

/** All recordings in order, as many at a time as have one group among them: no more than a few groups are in memory. */
async function* withGroups(files: readonly string[], together: boolean): AsyncGenerator<WithGroup> {
  for (let at = 0; at < files.length; at += TOGETHER) {
    const some = files.slice(at, at + TOGETHER);
    const groups = together ? await groupShort(some) : [];
    const starts = [0, ...groups.slice(1).map(([first]) => some.indexOf(first!.file)), some.length];
    for (let i = 0; i + 1 < starts.length; i++)
      yield { files: some.slice(starts[i], starts[i + 1]), group: groups[i] ?? [] };
  }
}

/** What can't be decoded together is decoded by itself, and tells then what is wrong. */
async function decodeGroup(group: readonly Source[], signal?: AbortSignal): Promise<Map<string, Float32Array>> {
  const decoded = group.length > 1 ? await decodeMany(group, tmpdir(), signal).catch(withoutFfmpeg) : undefined;
  return new Map(decoded?.map((samples, i) => [group[i]!.file, samples]));
}

/** What can't be read is set aside; anything else that goes wrong ends the work. */
function refusal(error: unknown): InputError {
  if (error instanceof InputError) return error;
  throw error;
}

/** Where ffmpeg is missing, plain WAVs are read all the same; the others will say so one by one. */
function withoutFfmpeg(error: unknown): undefined {
  if (!(error instanceof InputError)) throw error;
}
