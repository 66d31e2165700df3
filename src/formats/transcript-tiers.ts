import type { Annotation, AnnotationDocument, MediaLink, Tier } from './annotation.ts';
import type { TimedSegment, TimedTranscript } from './transcript.ts';

/**
 * A transcript as tiers: `utterance`, below it `word` (gaps between words are kept), and below each its confidence.
 * Where speakers are known, each has tiers of its own (`utterance@NAME`). A word's confidence hangs on the word's own
 * times, so that it moves with it in ELAN, and is in time for programs that know no notes of words.
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
  const ofUtterances = confidencesOf(segments).map((one): Annotation => ({ ...one, timing: 'parent' }));
  const ofWords = confidencesOf(timed);
  return [
    tier('utterance', utterances),
    ...(ofUtterances.length > 0
      ? [
          tier('utterance-confidence', ofUtterances, {
            constraint: 'Symbolic_Association',
            parent: nameOf('utterance'),
          }),
        ]
      : []),
    ...(words.length > 0 ? [tier('word', words, { constraint: 'Included_In', parent: nameOf('utterance') })] : []),
    ...(ofWords.length > 0
      ? [tier('word-confidence', ofWords, { constraint: 'Time_Subdivision', parent: nameOf('word') })]
      : []),
  ];
}

function confidencesOf(
  parts: readonly { id: string; start: number; end: number; confidence?: number }[],
): Annotation[] {
  return parts.flatMap(({ id, start, end, confidence }): Annotation[] =>
    confidence === undefined ? [] : [{ id: `${id}c`, parent: id, start, end, text: confidence.toFixed(2) }],
  );
}
