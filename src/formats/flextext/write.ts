import { Notes, type Written } from '../notes.ts';
import type { TimedSegment, TimedTranscript } from '../transcript.ts';
import { linkTo } from '../transcript-tiers.ts';
import { attributesOf, escapeText } from '../xml/escape.ts';

/**
 * A transcript for FLEx: a phrase an utterance, with its times and speaker, and its words. FLEx has no times of words
 * and no confidences.
 * @param options.title the text's name in FLEx: the recording's, if not said
 */
export function writeFlextext(transcript: TimedTranscript, options: { title?: string } = {}): Written {
  const notes = new Notes();
  const language = transcript.language ?? 'und';
  const { relativeUrl } = linkTo(transcript.file);
  const title = options.title ?? relativeUrl!.replace(/^\.\//, '').replace(/\.[^.]*$/, '');
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<document version="2">',
    '  <interlinear-text>',
    `    ${item('title', 'en', title, notes)}`,
    '    <paragraphs>',
    ...transcript.segments.flatMap((segment, i) => paragraph(segment, i + 1, language, notes)),
    '    </paragraphs>',
    `    <languages><language${attributesOf({ lang: language, vernacular: 'true' }, notes)}/></languages>`,
    '    <media-files offset-type="milliseconds">' +
      `<media${attributesOf({ guid: MEDIA, location: relativeUrl }, notes)}/></media-files>`,
    '  </interlinear-text>',
    '</document>',
    '',
  ];
  return { content: lines.join('\n'), notes: notes.list };
}

/** Names the one recording inside the file. */
const MEDIA = '00000000-0000-4000-8000-000000000001';

function paragraph(
  { start, end, text, speaker, words }: TimedSegment,
  number: number,
  language: string,
  notes: Notes,
): string[] {
  const attributes = {
    'begin-time-offset': Math.round(start * 1000),
    'end-time-offset': Math.round(end * 1000),
    speaker,
    'media-file': MEDIA,
  };
  const spoken = words?.map((word) => word.text) ?? text.split(/\s+/).filter((word) => word !== '');
  return [
    `      <paragraph><phrases><phrase${attributesOf(attributes, notes)}>`,
    `        ${item('txt', language, text, notes)}`,
    `        ${item('segnum', 'en', String(number), notes)}`,
    '        <words>',
    ...spoken.map((word) => `          <word>${item('txt', language, word, notes)}</word>`),
    '        </words>',
    '      </phrase></phrases></paragraph>',
  ];
}

const item = (type: string, lang: string, text: string, notes: Notes): string =>
  `<item${attributesOf({ type, lang }, notes)}>${escapeText(text, notes)}</item>`;
