import { InputError } from '../support/errors.ts';
import type { Annotation, AnnotationDocument } from './annotation.ts';
import { cueTime, secondsOfCue } from './cue-time.ts';
import { decodeText, linesOf, type TextInput } from '../support/decode-text.ts';
import { Notes, replaceSigns, type Written } from './notes.ts';
import type { TimedTranscript } from './transcript.ts';

/**
 * SubRip subtitles: one tier `subtitles`. Numbers may be missing or wrong, times may have a point for the comma; marks
 * of formatting (`<i>`, `{\an8}`) are taken off.
 * @throws InputError where there are no times, or text before the first
 */
export function readSrt(input: TextInput, { file }: { file: string }): AnnotationDocument {
  const { text, encoding } = decodeText(input, { file });
  const notes = new Notes();
  if (!encoding.startsWith('utf-')) notes.add('encoding', `read as ${encoding}, since it is not UTF-8`);
  const lines = [...linesOf(text)];
  const starts = lines.flatMap(({ text: line }, i) => (TIMING.test(line) ? [i] : []));
  const before = lines.slice(0, starts[0]).find(({ text: line }) => line.trim() !== '' && !/^\s*\d+\s*$/.test(line));
  if (before)
    throw new InputError('a subtitle’s times should stand here: 00:00:01,000 --> 00:00:02,500', 'Is it an .srt file?', {
      file,
      line: before.line,
    });
  const annotations = starts.map((at, i): Annotation => {
    const [, from, to] = TIMING.exec(lines[at]!.text)!;
    const { line } = lines[at]!;
    const [start, end] = [secondsOfCue(from!), secondsOfCue(to!)];
    if (end < start) notes.add('order', 'a subtitle ends before it begins', line);
    return {
      start,
      end,
      text: textOf(lines.slice(at + 1, starts[i + 1]), starts[i + 1] !== undefined).replace(MARKS, ''),
      line,
    };
  });
  return {
    media: [],
    tiers: [{ id: 'subtitles', kind: 'interval', annotations }],
    properties: [],
    vocabularies: [],
    notes: notes.list,
  };
}

const TIMING = /^\s*((?:\d+:)?\d{1,2}:\d{1,2}(?:[,.]\d+)?)\s*-->\s*((?:\d+:)?\d{1,2}:\d{1,2}(?:[,.]\d+)?)(?:\s|$)/;

/** @param followed by a further subtitle, whose number stands last */
function textOf(lines: readonly { text: string }[], followed: boolean): string {
  const texts = lines.map(({ text }) => text);
  const trim = (): void => {
    while (texts.at(-1)?.trim() === '') texts.pop();
  };
  const blank = texts.at(-1)?.trim() === '';
  trim();
  if (followed && !blank && /^\s*\d+\s*$/.test(texts.at(-1) ?? '')) texts.pop();
  trim();
  return texts.join('\n');
}

/** Marks of formatting, as players know them. */
const MARKS = /<\/?(?:[biu]|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}/gi;

/**
 * SubRip subtitles, one an utterance. Where there are several speakers, their name stands before the text (`Ama: …`).
 * Empty lines, arrows that would be taken for times, and brackets that would be taken for marks of formatting, can't
 * stand in a subtitle and are replaced.
 */
export function writeSrt({ segments }: TimedTranscript): Written {
  const notes = new Notes();
  const several = new Set(segments.map(({ speaker }) => speaker)).size > 1;
  const cues = segments.map(({ start, end, text, speaker }, i) => {
    const said = several && speaker !== undefined ? `${speaker}: ${text}` : text;
    return `${i + 1}\n${cueTime(start, ',')} --> ${cueTime(end, ',')}\n${withoutMarks(cueText(said, notes), notes)}\n`;
  });
  return { content: cues.join('\n'), notes: notes.list };
}

const withoutMarks = (text: string, notes: Notes): string =>
  replaceSigns(
    text,
    MARKS,
    (mark) => `‹${mark.slice(1, -1)}›`,
    'brackets that look like marks of formatting became ‹›',
    notes,
  );

/** Text as a subtitle holds it: its lines, none of them empty, without control characters or arrows. */
export function cueText(text: string, notes: Notes): string {
  const what = 'what a subtitle can’t hold was replaced: empty lines, control characters, -->';
  const steps = [
    [/-->/g, '→'],
    [/(?!\n)[\p{Cc}\p{Surrogate}]/gu, ' '],
    [/^\s*\n|\n\s*(?=\n|$)/g, ''],
  ] as const;
  return steps.reduce((plain, [signs, by]) => replaceSigns(plain, signs, by, what, notes), text);
}
