import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readExb, writeExb } from '../../src/formats/index.ts';
import { hostileText, layeredDocument } from './arbitrary.ts';

const file = 'a.exb';
const EXB = `<?xml version="1.0" encoding="UTF-8"?>
<basic-transcription><head><meta-information><project-name/><referenced-file url="story.wav"/></meta-information>
<speakertable><speaker id="SPK0"><abbreviation>AMA</abbreviation></speaker></speakertable></head>
<basic-body><common-timeline><tli id="T0" time="0.5"/><tli id="T1"/><tli id="T2" time="1.5"/><tli id="T3"/></common-timeline>
<tier id="TIE0" speaker="SPK0" category="v" type="t" display-name="AMA [v]"><event start="T0" end="T1">kaai </event><event start="T1" end="T2">mi.</event></tier>
<tier id="TIE1" speaker="SPK0" category="en" type="a" display-name="AMA [en]"><event start="T0" end="T2">The dog eats.</event></tier>
<tier id="TIE2" category="nn" type="d" display-name="[nn]"><event start="T2" end="T3">laughs</event><event start="T9" end="T2">lost</event></tier>
</basic-body></basic-transcription>`;

describe('readExb', () => {
  it('reads tiers of all kinds, and times between those that are known', () => {
    const { tiers, media, notes } = readExb(EXB, { file });
    expect(media).toEqual([{ url: 'story.wav' }]);
    expect(
      tiers.map(({ annotations, ...rest }) => ({
        ...rest,
        annotations: annotations.map(({ text, start, end, timing }) => [text, start, end, timing]),
      })),
    ).toEqual([
      {
        id: 'AMA [v]',
        kind: 'interval',
        type: 't',
        category: 'v',
        participant: 'AMA',
        annotations: [
          ['kaai ', 0.5, 1, 'interpolated'],
          ['mi.', 1, 1.5, 'interpolated'],
        ],
      },
      {
        id: 'AMA [en]',
        kind: 'interval',
        type: 'a',
        category: 'en',
        parent: 'AMA [v]',
        constraint: 'Included_In',
        participant: 'AMA',
        annotations: [['The dog eats.', 0.5, 1.5, undefined]],
      },
      {
        id: '[nn]',
        kind: 'interval',
        type: 'd',
        category: 'nn',
        annotations: [
          ['laughs', undefined, undefined, undefined],
          ['lost', undefined, undefined, undefined],
        ],
      },
    ]);
    expect(notes.map(({ code, count }) => [code, count])).toEqual([
      ['interpolated', 2],
      ['broken-reference', 1],
    ]);
  });

  it.each([
    ['another document', '<html/>', 'not an EXMARaLDA', 1],
    ['a time in words', EXB.replace('"1.5"', '"soon"'), 'no time', 4],
  ])('refuses %s, with the line', (_, input, words, line) => {
    expect(() => readExb(input, { file })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(words) as string, place: { file, line } }),
    );
  });
});

describe('writeExb', () => {
  it('writes what readExb reads: names, kinds, times to the last digit, texts', () => {
    fc.assert(
      fc.property(layeredDocument(hostileText), (document) => {
        const told = ({ tiers }: typeof document): unknown =>
          tiers.map(({ id, participant, annotations }) => [
            id,
            participant,
            annotations.map(({ start, end, text }) => [start, end, text]),
          ]);
        const { content, notes } = writeExb(document);
        expect(told(readExb(content, { file }))).toEqual(told(document));
        expect(notes).toEqual([]);
      }),
    );
  });

  it('keeps kinds and categories, and counts what has no time', () => {
    const { tiers } = readExb(EXB, { file });
    const { content, notes } = writeExb({
      media: [{ url: 'story.wav' }],
      tiers,
      properties: [],
      vocabularies: [],
      notes: [],
    });
    expect(notes.map(({ code, count }) => [code, count])).toEqual([['skipped', 2]]);
    const again = readExb(content, { file });
    expect(again.media).toEqual([{ url: 'story.wav' }]);
    expect(again.tiers.map(({ id, type, category, parent }) => [id, type, category, parent])).toEqual(
      tiers.map(({ id, type, category, parent }) => [id, type, category, parent]),
    );
  });
});
