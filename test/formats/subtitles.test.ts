import { describe, expect, it } from 'vitest';
import {
  readAudacityLabels,
  readSrt,
  readVtt,
  writeAudacityLabels,
  type AnnotationDocument,
} from '../../src/formats/index.ts';

const file = 'x';
const told = ({ tiers }: AnnotationDocument): unknown =>
  tiers[0]!.annotations.map(({ start, end, text, speaker }) => [
    start,
    end,
    text,
    ...(speaker === undefined ? [] : [speaker]),
  ]);
const refusal = (words: string, line: number): unknown =>
  expect.objectContaining({ message: expect.stringContaining(words) as string, place: { file, line } });

describe('readSrt', () => {
  it('reads subtitles as they are found: without numbers, with points, positions, marks and empty lines', () => {
    const srt =
      '\uFEFF1\r\n00:00:01,000 --> 00:00:02,5 X1:10\r\n<i>Kaai</i> {\\an8}mi\r\nda\r\n\r\n\r\n00:03.25-->00:04.75\r\n12\r\n\r\n3\r\n01:00:00,001 --> 01:00:01,000\r\n\r\n';
    expect(told(readSrt(Buffer.from(srt), { file }))).toEqual([
      [1, 2.5, 'Kaai mi\nda'],
      [3.25, 4.75, '12'],
      [3600.001, 3601, ''],
    ]);
  });

  it('refuses what has text where times belong', () => {
    expect(() => readSrt('1\nhello', { file })).toThrow(refusal('times should stand here', 2));
    expect(told(readSrt('', { file }))).toEqual([]);
  });
});

describe('readVtt', () => {
  it('reads cues with voices, tags, settings and names, and passes over notes and styles', () => {
    const vtt =
      'WEBVTT - a story\nKind: captions\n\nNOTE\nnot --> a cue\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:02.500 align:start position:0%\n<v.loud Ama>Kaai &amp; <i>mi</i> <00:01.500><c.x>da</c></v>\n\n01:00:00.000 --> 01:00:01.000\n<v Ama>ha</v>\n<v Bo &lt;b&gt;>ho</v>\n\n00:00.000 --> 00:01.000\nno\nvoice\n';
    expect(told(readVtt(vtt, { file }))).toEqual([
      [1, 2.5, 'Kaai & mi da', 'Ama'],
      [3600, 3601, 'ha', 'Ama'],
      [3600, 3601, 'ho', 'Bo <b>'],
      [0, 1, 'no\nvoice'],
    ]);
    expect(readVtt(vtt, { file }).tiers[0]!.annotations[0]!.id).toBe('intro');
  });

  it('refuses what is no WebVTT, and times that can’t be read', () => {
    expect(() => readVtt('1\n00:01.000 --> 00:02.000\nx', { file })).toThrow(refusal('WEBVTT', 1));
    expect(() => readVtt('WEBVTT\n\nsoon --> 00:02.000\nx', { file })).toThrow(refusal('no times', 3));
  });
});

describe('Audacity’s labels', () => {
  it('are read with frequencies and decimal commas, and written again', () => {
    const labels = '0.5\t1.25\tkaai\tmi\n\\\t100.5\t2000\n3,5\t3,5\t\n4\t5\n';
    const document = readAudacityLabels(labels, { file });
    expect(told(document)).toEqual([
      [0.5, 1.25, 'kaai\tmi'],
      [3.5, 3.5, ''],
      [4, 5, ''],
    ]);
    expect(document.tiers[0]!.annotations[0]!.frequencies).toEqual({ low: 100.5, high: 2000 });
    const again = readAudacityLabels(writeAudacityLabels(document).content, { file });
    expect([told(again), again.tiers[0]!.annotations[0]!.frequencies]).toEqual([
      told(document),
      { low: 100.5, high: 2000 },
    ]);
  });

  it('lose line breaks and what has no time, which is counted', () => {
    const tiers = [
      { id: 't', kind: 'interval' as const, annotations: [{ start: 0, end: 1, text: 'a\nb' }, { text: 'x' }] },
    ];
    const { content, notes } = writeAudacityLabels({ tiers });
    expect(content).toBe('0\t1\ta b\n');
    expect(notes.map(({ code }) => code).sort()).toEqual(['replaced', 'skipped']);
  });

  it('are refused by line', () => {
    expect(() => readAudacityLabels('0\t1\ta\nhello', { file })).toThrow(refusal('start, end and text', 2));
  });
});
