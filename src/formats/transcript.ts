import type { Annotation, AnnotationDocument, MediaLink, Tier } from './annotation.ts';
import { Notes, replaceSigns, type Written } from './notes.ts';

/** What was said in one recording, with times: what the writers of transcripts take. Seconds from the recording's start. */
export interface TimedTranscript {
  /** The recording's path. */
  file: string;
  /** Its length in seconds. */
  seconds: number;
  language?: string;
  segments: TimedSegment[];
}

/** An utterance: what was said between two pauses. */
export interface TimedSegment {
  start: number;
  end: number;
  text: string;
  speaker?: string;
  /** 0 to 1. */
  confidence?: number;
  words?: TimedToken[];
}

export interface TimedToken {
  text: string;
  start: number;
  end: number;
  /** 0 to 1. */
  confidence?: number;
}

/**
 * A transcript as tiers: `utterance`, below it `word` (gaps between words are kept), and below each its confidence. Where speakers
 * are known, each has tiers of its own (`utterance@NAME`).
 * @param options.media how the document names the recording: as `./name` beside it, if not said
 * @param options.prefix stands before the tiers' names, for documents that may have tiers of these names
 */
export function documentOf(
  transcript: TimedTranscript,
  options: { media?: MediaLink[]; prefix?: string } = {},
): AnnotationDocument {
  const speakers = [...new Set(transcript.segments.map(({ speaker }) => speaker))];
  const segments = transcript.segments.map((segment, i) => ({ ...segment, id: `u${i + 1}` }));
  return {
    media: options.media ?? [linkTo(transcript.file)],
    tiers: (speakers.length === 0 ? [undefined] : speakers).flatMap((speaker) =>
      tiersOf(
        segments.filter((segment) => segment.speaker === speaker),
        speaker,
        transcript.language,
        options.prefix ?? '',
      ),
    ),
    span: { start: 0, end: transcript.seconds },
    properties: [],
    vocabularies: [],
    notes: [],
  };
}

/** A link to a recording that lies beside the document. */
export function linkTo(file: string): MediaLink {
  const name = file.split(/[\\/]/).at(-1)!;
  const mime = MIME[name.slice(name.lastIndexOf('.') + 1).toLowerCase()];
  return { relativeUrl: `./${name}`, ...(mime && { mime }) };
}

/** As ELAN names them. */
const MIME: Record<string, string> = {
  wav: 'audio/x-wav',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  mpg: 'video/mpeg',
  webm: 'video/webm',
};

function tiersOf(
  segments: readonly (TimedSegment & { id: string })[],
  participant: string | undefined,
  language: string | undefined,
  prefix: string,
): Tier[] {
  const nameOf = (kind: string): string => `${prefix}${kind}${participant === undefined ? '' : `@${participant}`}`;
  const tier = (kind: string, annotations: Annotation[], above?: Pick<Tier, 'constraint' | 'parent'>): Tier => ({
    id: nameOf(kind),
    kind: 'interval',
    type: kind,
    ...above,
    ...(participant !== undefined && { participant }),
    ...(language !== undefined && !kind.endsWith('confidence') && { language }),
    annotations,
  });
  const utterances = segments.map(({ id, start, end, text }): Annotation => ({ id, start, end, text }));
  const timed = segments.flatMap(({ id, words = [] }) =>
    words.map((word, i) => ({ ...word, id: `${id}w${i + 1}`, parent: id })),
  );
  const words = timed.map(({ id, parent, start, end, text }): Annotation => ({ id, parent, start, end, text }));
  const ofUtterances = confidencesOf(segments);
  const ofWords = confidencesOf(timed);
  const note = { constraint: 'Symbolic_Association' } as const;
  return [
    tier('utterance', utterances),
    ...(ofUtterances.length > 0
      ? [tier('utterance-confidence', ofUtterances, { ...note, parent: nameOf('utterance') })]
      : []),
    ...(words.length > 0 ? [tier('word', words, { constraint: 'Included_In', parent: nameOf('utterance') })] : []),
    ...(ofWords.length > 0 ? [tier('word-confidence', ofWords, { ...note, parent: nameOf('word') })] : []),
  ];
}

function confidencesOf(
  parts: readonly { id: string; start: number; end: number; confidence?: number }[],
): Annotation[] {
  return parts.flatMap(({ id, start, end, confidence }): Annotation[] =>
    confidence === undefined
      ? []
      : [{ id: `${id}c`, parent: id, start, end, timing: 'parent', text: confidence.toFixed(2) }],
  );
}

/** An utterance's words; where it has none in time, those of its text, as if all were equally long. */
export function wordsOf({ start, end, text, words }: TimedSegment, notes: Notes): TimedToken[] {
  if (words) return words;
  const spoken = text.split(/\s+/).filter((word) => word !== '');
  notes.add('interpolated', 'words have no times of their own: they share their utterance’s', undefined, spoken.length);
  const at = (i: number): number => start + ((end - start) * i) / spoken.length;
  return spoken.map((word, i) => ({ text: word, start: at(i), end: at(i + 1) }));
}

/** An utterance a line: line breaks inside become blanks. */
export function writeTxt({ segments }: TimedTranscript): Written {
  const notes = new Notes();
  const lines = segments.map(({ text }) => {
    const plain = replaceSigns(text, /\s*[\r\n]+\s*/g, ' ', 'a line break became a blank', notes).trim();
    const signs = /(?!\t)[\p{Cc}\p{Surrogate}]/gu;
    return `${replaceSigns(plain, signs, '\uFFFD', 'a character that text files can’t hold became U+FFFD', notes)}\n`;
  });
  return { content: lines.join(''), notes: notes.list };
}
