import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  addTiersToEaf,
  addTiersToTextGrid,
  documentOf,
  linkTo,
  readEaf,
  readTextGrid,
  TRANSCRIPT_FORMATS,
  writeEaf,
  writeExb,
  writeTextGrid,
  type AnnotationDocument,
  type MediaLink,
  type TimedTranscript,
  type Written,
} from '../formats/index.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { readError } from '../support/files.ts';
import type { Target } from './targets.ts';

/** Stands before the names of all tiers that are drafts: an import must not take them for what people wrote. */
const DRAFT = 'auto-';

/**
 * What is in the way of writing a file: it is there, or has such tiers already. Files of other kinds than ELAN's and
 * Praat's are only written anew; to those, tiers are added.
 */
export async function obstacleTo({ format, file }: Target, overwrite: boolean): Promise<SetAside | undefined> {
  if (overwrite || !existsSync(file)) return undefined;
  const name = path.basename(file);
  if (format !== 'eaf' && format !== 'textgrid')
    return { item: file, reason: `${name} is there already; --overwrite replaces it`, place: { file } };
  try {
    const { tiers } = await existing(format, file);
    const own = tiers.find(({ id }) => id.startsWith(`${DRAFT}utterance`));
    if (!own) return undefined;
    return { item: file, reason: `${name} has a tier ${own.id} already; --overwrite replaces it`, place: { file } };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { item: file, reason: error.message, place: error.place };
  }
}

/**
 * What a file will hold that a transcript goes into: of an ELAN or Praat file that is there, tiers more, and all else
 * as it is.
 * @param overwrite whether tiers that an earlier transcription added may be replaced
 * @throws InputError for a file to which tiers can't be added
 */
export async function contentFor(
  transcript: TimedTranscript,
  { format, file }: Target,
  overwrite: boolean,
): Promise<string | Uint8Array> {
  const spoken = { ...transcript, segments: transcript.segments.filter(({ text }) => text !== '') };
  const tiered = format === 'eaf' || format === 'textgrid';
  const { content } =
    tiered && existsSync(file)
      ? await withTiersAdded(spoken, { format, file }, overwrite)
      : written(spoken, format, file);
  return content;
}

/** Recordings are named from where the file lies. */
function written(transcript: TimedTranscript, format: Target['format'], file: string): Written {
  const named = { media: [linkFrom(file, transcript.file)], prefix: DRAFT };
  if (format === 'eaf') return writeEaf(documentOf(withConfidences(transcript), named));
  if (format === 'exb') return writeExb(documentOf(transcript, named));
  if (format === 'textgrid') return writeTextGrid(documentOf(transcript, named));
  return TRANSCRIPT_FORMATS[format].write(transcript);
}

function linkFrom(file: string, recording: string): MediaLink {
  const relative = path.relative(path.dirname(file), recording).split(path.sep).join('/');
  return { ...linkTo(recording), relativeUrl: relative.startsWith('.') ? relative : `./${relative}` };
}

async function withTiersAdded(
  transcript: TimedTranscript,
  { format, file }: { format: 'eaf' | 'textgrid'; file: string },
  overwrite: boolean,
): Promise<Written<Uint8Array>> {
  const bytes = await bytesOf(file);
  if (format === 'textgrid') {
    const { tiers } = documentOf(transcript, { prefix: DRAFT });
    return addTiersToTextGrid(bytes, tiers, { file, replace: overwrite });
  }
  const { media } = readEaf(bytes, { file });
  const { tiers } = documentOf(withConfidences(countedFrom(originOf(media, transcript.file), transcript)), {
    prefix: DRAFT,
  });
  return addTiersToEaf(bytes, tiers, { file, replace: overwrite });
}

/** Of several recordings, the one of this name; else the first. */
function originOf(media: readonly MediaLink[], recording: string): number {
  const name = path.basename(recording);
  const own = media.find(({ url, relativeUrl }) => [url, relativeUrl].some((link) => link?.endsWith(name)));
  return (own ?? media[0])?.origin ?? 0;
}

/** Times from where the document's own begin, if that is somewhere in the recording. */
function countedFrom(origin: number, transcript: TimedTranscript): TimedTranscript {
  if (origin === 0) return transcript;
  const moved = <T extends { start: number; end: number }>(part: T): T => ({
    ...part,
    start: part.start - origin,
    end: part.end - origin,
  });
  const segments = transcript.segments
    .map((segment) => ({ ...moved(segment), ...(segment.words && { words: segment.words.map(moved) }) }))
    .filter(({ start }) => start >= 0);
  return { ...transcript, seconds: transcript.seconds - origin, segments };
}

/** An utterance is as sure as its words are on average. */
function withConfidences(transcript: TimedTranscript): TimedTranscript {
  const segments = transcript.segments.map((segment) => {
    const known = segment.words?.flatMap(({ confidence }) => confidence ?? []) ?? [];
    if (segment.confidence !== undefined || known.length === 0) return segment;
    return { ...segment, confidence: known.reduce((sum, one) => sum + one, 0) / known.length };
  });
  return { ...transcript, segments };
}

async function existing(format: 'eaf' | 'textgrid', file: string): Promise<AnnotationDocument> {
  const bytes = await bytesOf(file);
  return format === 'eaf' ? readEaf(bytes, { file }) : readTextGrid(bytes, { file });
}

const bytesOf = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: unknown) => {
    throw readError(file, error);
  });
