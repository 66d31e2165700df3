import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANNOTATION_FORMATS,
  parseCtm,
  parseStm,
  parseTrn,
  readJsonLines,
  readSrt,
  readTable,
  readVtt,
  TRANSCRIPT_FORMATS,
  type Annotation,
  type TimedTranscript,
  type TranscriptFormatName,
} from '../../src/formats/index.ts';
import { spaced } from '../../src/formats/scored-text.ts';
import { hostileLine, hostileText, unholdableText } from './arbitrary.ts';

const milliseconds = (from: number, to: number): [number, number] => [from / 1000, to / 1000];

/** Utterances one after another with words in time. */
function transcripts(
  text: fc.Arbitrary<string>,
  speaker: fc.Arbitrary<string | undefined>,
): fc.Arbitrary<TimedTranscript> {
  const one = fc.record({
    gap: fc.nat(2000),
    length: fc.integer({ min: 10, max: 9000 }),
    text,
    speaker,
    confidence: fc.option(fc.constantFrom(0, 0.25, 1), { nil: undefined }),
  });
  return fc.array(one, { maxLength: 6 }).map((list) => {
    let at = 0;
    const segments = list.map(({ gap, length, text: said, speaker: who, confidence }) => {
      const [start, end] = milliseconds(at + gap, at + gap + length);
      at += gap + length;
      const words = spaced(said)
        .split(' ')
        .filter((word) => word !== '');
      const step = (end - start) / Math.max(1, words.length);
      const timed = words.map((word, i) => ({
        text: word,
        start: start + i * step,
        end: start + (i + 1) * step,
        ...(confidence !== undefined && { confidence }),
      }));
      return {
        start,
        end,
        text: said,
        ...(who !== undefined && { speaker: who }),
        ...(confidence !== undefined && { confidence }),
        words: timed,
      };
    });
    return { file: 'field/day 1/story.wav', seconds: at / 1000, segments };
  });
}

const nobody = fc.constant(undefined);
const somebody = fc.constantFrom(undefined, 'Ama', 'Ɛlí <b> & Co', 'X"Y');
const file = 'x';
const seen = (annotations: readonly Annotation[]): unknown =>
  annotations.map(({ start, end, text, speaker }) => [start, end, text, speaker]);
const wanted = ({ segments }: TimedTranscript): unknown =>
  segments.map(({ start, end, text, speaker }) => [start, end, text, speaker]);

describe('what is written is read again', () => {
  it('as SubRip', () => {
    fc.assert(
      fc.property(transcripts(hostileLine, nobody), (transcript) => {
        const { content, notes } = TRANSCRIPT_FORMATS.srt.write(transcript);
        const lossy = transcript.segments.some(({ text }) => /-->|<\/?[biu](\s[^<>]*)?>|\{\\[^{}]*\}/.test(text));
        expect(notes.map(({ code }) => code).slice(0, 1)).toEqual(lossy ? ['replaced'] : []);
        if (!lossy) expect(seen(readSrt(content, { file }).tiers[0]!.annotations)).toEqual(wanted(transcript));
      }),
    );
  });

  it('as WebVTT, with voices', () => {
    fc.assert(
      fc.property(
        transcripts(
          hostileLine.filter((text) => text !== '' && !text.includes('-->')),
          somebody,
        ),
        (transcript) => {
          const { content, notes } = TRANSCRIPT_FORMATS.vtt.write(transcript);
          expect(seen(readVtt(content, { file }).tiers[0]!.annotations)).toEqual(wanted(transcript));
          expect(notes).toEqual([]);
        },
      ),
    );
  });

  it('as STM and TRN, but for blanks and composed letters', () => {
    fc.assert(
      fc.property(
        transcripts(
          hostileText.filter((text) => !/\{|^\s*;;/.test(text)),
          fc.constantFrom('Ama', undefined),
        ),
        (transcript) => {
          const texts = transcript.segments.map(({ text }) => spaced(text));
          const stm = parseStm(TRANSCRIPT_FORMATS.stm.write(transcript).content, file);
          expect(
            stm.map(({ file: recording, speaker, start, end, text }) => [recording, speaker, start, end, text]),
          ).toEqual(
            transcript.segments.map(({ start, end, speaker }, i) => [
              'story',
              speaker ?? 'unknown',
              start,
              end,
              texts[i],
            ]),
          );
          const trn = parseTrn(TRANSCRIPT_FORMATS.trn.write(transcript).content, file);
          expect(trn.map(({ id, text }) => [id, text])).toEqual(texts.map((text, i) => [`story-000${i + 1}`, text]));
        },
      ),
    );
  });

  it('as CTM, to the millisecond', () => {
    fc.assert(
      fc.property(transcripts(hostileText, nobody), (transcript) => {
        const words = parseCtm(TRANSCRIPT_FORMATS.ctm.write(transcript).content, file);
        const told = transcript.segments.flatMap(({ words: own }) => own!);
        expect(words.map(({ word }) => word)).toEqual(told.map(({ text }) => text.replace(/\p{Cc}/gu, '_')));
        words.forEach(({ start }, i) => expect(start).toBeCloseTo(told[i]!.start, 2));
      }),
    );
  });

  it('as CSV and JSON lines, to the letter', async () => {
    await fc.assert(
      fc.asyncProperty(transcripts(hostileText, somebody), async (transcript) => {
        const { rows, columns } = await readTable(TRANSCRIPT_FORMATS.csv.write(transcript).content, { file });
        expect(columns).toEqual(['file', 'start', 'end', 'speaker', 'text', 'confidence']);
        const cells: string[][] = [];
        for await (const row of rows) cells.push(row.cells);
        expect(cells).toEqual(
          transcript.segments.map(({ start, end, speaker = '', text, confidence = '' }) => [
            transcript.file,
            String(start),
            String(end),
            speaker,
            text,
            String(confidence),
          ]),
        );
        for await (const { value } of readJsonLines(TRANSCRIPT_FORMATS.jsonl.write(transcript).content, { file }))
          expect(value).toEqual(transcript);
      }),
    );
  });

  it('as tiers of ELAN, Praat and EXMARaLDA, and as phrases and words of FLEx', () => {
    fc.assert(
      fc.property(
        transcripts(
          hostileText.filter((text) => text.trim() !== ''),
          somebody,
        ),
        (transcript) => {
          for (const [name, read] of [
            ['eaf', ANNOTATION_FORMATS.eaf],
            ['textgrid', ANNOTATION_FORMATS.textgrid],
            ['exb', ANNOTATION_FORMATS.exb],
          ] as const) {
            const [document] = read.read(TRANSCRIPT_FORMATS[name].write(transcript).content, { file });
            const utterances = document!.tiers
              .filter(({ id }) => id.startsWith('utterance') && !id.includes('confidence'))
              .flatMap(({ annotations }) => annotations);
            utterances.sort((a, b) => a.start! - b.start!);
            expect(seen(utterances), name).toEqual(
              transcript.segments.map(({ start, end, text }) => [start, end, text, undefined]),
            );
            const words = document!.tiers
              .filter(({ id }) => /^word(@|$)/.test(id))
              .flatMap(({ annotations }) => annotations);
            expect(words.map(({ text }) => text).sort(), name).toEqual(
              transcript.segments.flatMap(({ words: own }) => own!.map(({ text }) => text)).sort(),
            );
          }
          const [flex] = ANNOTATION_FORMATS.flextext.read(TRANSCRIPT_FORMATS.flextext.write(transcript).content, {
            file,
          });
          const tier = (id: string): Annotation[] => flex!.tiers.find((one) => one.id === id)?.annotations ?? [];
          expect(seen(tier('phrase-txt-und'))).toEqual(wanted(transcript));
          expect(tier('word-txt-und').map(({ text }) => text)).toEqual(
            transcript.segments.flatMap(({ words }) => words!.map(({ text }) => text)),
          );
        },
      ),
    );
  });
});

describe('every writer', () => {
  it.each(Object.keys(TRANSCRIPT_FORMATS) as TranscriptFormatName[])(
    '%s takes anything, and is read without complaint',
    (name) => {
      fc.assert(
        fc.property(
          transcripts(fc.oneof(hostileText, unholdableText), fc.oneof(somebody, unholdableText)),
          (transcript) => {
            const { content } = TRANSCRIPT_FORMATS[name].write(transcript);
            expect(content).not.toMatch(/\p{Surrogate}/u);
            if (name in ANNOTATION_FORMATS)
              ANNOTATION_FORMATS[name as keyof typeof ANNOTATION_FORMATS].read(content, { file });
            if (name === 'ctm') parseCtm(content, file);
            if (name === 'stm') parseStm(content, file);
            if (name === 'trn') parseTrn(content, file);
          },
        ),
      );
    },
  );

  it('writes a transcript as people know it', () => {
    const words = [
      { text: 'ŋa', start: 0.5, end: 0.75, confidence: 0.5 },
      { text: 'le', start: 1, end: 1.25, confidence: 1 },
    ];
    const transcript: TimedTranscript = {
      file: '/field/day 1/the story.wav',
      seconds: 70,
      segments: [
        { start: 0.5, end: 1.25, text: 'ŋa le', speaker: 'Ama', words },
        { start: 65, end: 66.5, text: 'ho, "ho"', speaker: 'Bo' },
      ],
    };
    const written = (name: TranscriptFormatName): string => TRANSCRIPT_FORMATS[name].write(transcript).content;
    expect(written('txt')).toBe('ŋa le\nho, "ho"\n');
    expect(written('srt')).toBe(
      '1\n00:00:00,500 --> 00:00:01,250\nAma: ŋa le\n\n2\n00:01:05,000 --> 00:01:06,500\nBo: ho, "ho"\n',
    );
    expect(written('vtt')).toBe(
      'WEBVTT\n\n00:00:00.500 --> 00:00:01.250\n<v Ama>ŋa le\n\n00:01:05.000 --> 00:01:06.500\n<v Bo>ho, "ho"\n',
    );
    expect(written('ctm')).toBe(
      'the_story 1 0.500 0.250 ŋa 0.500\nthe_story 1 1.000 0.250 le 1.000\nthe_story 1 65.000 0.750 ho,\nthe_story 1 65.750 0.750 "ho"\n',
    );
    expect(written('stm')).toBe('the_story 1 Ama 0.500 1.250 <o> ŋa le\nthe_story 1 Bo 65.000 66.500 <o> ho, "ho"\n');
    expect(written('trn')).toBe('ŋa le (the_story-0001)\nho, "ho" (the_story-0002)\n');
    expect(written('csv')).toBe(
      'file,start,end,speaker,text,confidence\r\n/field/day 1/the story.wav,0.5,1.25,Ama,ŋa le,\r\n/field/day 1/the story.wav,65,66.5,Bo,"ho, ""ho""",\r\n',
    );
  });

  it('says what it replaced', () => {
    const segment = (text: string): TimedTranscript => ({
      file: 'a.wav',
      seconds: 1,
      segments: [{ start: 0, end: 1, text }],
    });
    const codes = (name: TranscriptFormatName, text: string): string[] =>
      TRANSCRIPT_FORMATS[name].write(segment(text)).notes.map(({ code }) => code);
    expect(codes('srt', 'a\n\n00:00:01,000 --> 00:00:02,000')).toEqual(['replaced']);
    expect(codes('srt', 'a <b>c</b>')).toEqual(['replaced']);
    expect(codes('stm', 'I {ran / went} home')).toEqual(['replaced']);
    expect(codes('ctm', 'no words in time')).toEqual(['interpolated']);
    expect(codes('vtt', 'a\u0001b')).toEqual(['replaced']);
    expect(codes('exb', 'a\u0001b')).toEqual(['replaced']);
  });
});
