import { InputError } from '../support/errors.ts';
import type { Annotation, AnnotationDocument } from './annotation.ts';
import { cueTime, secondsOfCue } from './cue-time.ts';
import { decodeText, linesOf, type TextInput } from '../support/decode-text.ts';
import { Notes, type Written } from './notes.ts';
import { cueText } from './srt.ts';
import type { TimedTranscript } from './transcript.ts';

/**
 * WebVTT: one tier `cues`; a cue in which several voices speak gives an annotation each. Notes, styles, regions and
 * settings are passed over, tags taken off.
 * @throws InputError where the first line isn't WEBVTT, or times can't be read
 */
export function readVtt(input: TextInput, { file }: { file: string }): AnnotationDocument {
  const { text, encoding } = decodeText(input, { file });
  const notes = new Notes();
  if (!encoding.startsWith('utf-')) notes.add('encoding', `read as ${encoding}, since it is not UTF-8`);
  if (!/^WEBVTT(?=\s|$)/.test(text))
    throw new InputError('the first line is not WEBVTT', 'Is it a .vtt file?', { file, line: 1 });
  const annotations = blocksOf(text).flatMap((block): Annotation[] => {
    const at = block.findIndex(({ text: line }) => line.includes('-->'));
    if (at < 0 || at > 1 || /^(NOTE|STYLE|REGION)(\s|$)/.test(block[0]!.text)) return [];
    const { text: timing, line } = block[at]!;
    const [start, end] = timing.split('-->').map((side) => secondsOfCue(side.trim().split(/\s+/)[0]!)) as [
      number,
      number,
    ];
    if (Number.isNaN(start) || Number.isNaN(end))
      throw new InputError(`${timing.trim()} are no times`, 'Write them as 00:01.000 --> 00:02.500.', { file, line });
    if (end < start) notes.add('order', 'a cue ends before it begins', line);
    const said = block
      .slice(at + 1)
      .map(({ text: one }) => one)
      .join('\n');
    const id = at === 1 ? block[0]!.text : undefined;
    return voicesOf(said).map(({ speaker, text: words }) => ({
      ...(id !== undefined && { id }),
      start,
      end,
      text: words,
      ...(speaker !== undefined && { speaker }),
      line,
    }));
  });
  return {
    media: [],
    tiers: [{ id: 'cues', kind: 'interval', annotations }],
    properties: [],
    vocabularies: [],
    notes: notes.list,
  };
}

function blocksOf(text: string): { text: string; line: number }[][] {
  const blocks: { text: string; line: number }[][] = [];
  let open: { text: string; line: number }[] | undefined;
  for (const one of linesOf(text)) {
    if (one.text === '') open = undefined;
    else if (open) open.push(one);
    else blocks.push((open = [one]));
  }
  return blocks;
}

/** What each voice (`<v Name>`) says. */
function voicesOf(said: string): { speaker?: string; text: string }[] {
  const parts = said.split(/<v(?:\.[^\s>]*)?\s+([^<>]*)>/);
  const voices = [
    { text: plain(parts[0]!) },
    ...Array.from({ length: (parts.length - 1) / 2 }, (_, i) => ({
      speaker: unescape(parts[2 * i + 1]!.trim()),
      text: plain(parts[2 * i + 2]!),
    })),
  ];
  return voices
    .filter(({ text }, i) => text.trim() !== '' || (i === 0 && voices.length === 1))
    .map((voice) => ({ ...voice, text: voices.length > 1 ? voice.text.trim() : voice.text }));
}

const plain = (text: string): string => unescape(text.replace(/<[^<>]*>/g, ''));

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: '\u00A0',
  lrm: '\u200E',
  rlm: '\u200F',
  quot: '"',
};
const unescape = (text: string): string =>
  text.replace(/&(amp|lt|gt|nbsp|lrm|rlm|quot);/g, (_, name: string) => ENTITIES[name]!);
const escape = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!);

/**
 * WebVTT, a cue an utterance, with the speaker as its voice. Empty lines and control characters can't stand in a cue.
 */
export function writeVtt({ segments }: TimedTranscript): Written {
  const notes = new Notes();
  const cues = segments.map(({ start, end, text, speaker }) => {
    const voice = speaker === undefined ? '' : `<v ${escape(cueText(speaker, notes).replace(/\s+/g, ' '))}>`;
    return `${cueTime(start, '.')} --> ${cueTime(end, '.')}\n${voice}${escape(cueText(text, notes))}\n`;
  });
  return { content: ['WEBVTT\n', ...cues].join('\n'), notes: notes.list };
}
