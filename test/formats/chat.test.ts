import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChat, writeChat, type AnnotationDocument } from '../../src/formats/index.ts';
import { hostileLine, unholdableText } from './arbitrary.ts';

const file = 'a.cha';
const CHAT = [
  '@UTF8',
  '@Begin',
  '@Languages:\tabz, eng',
  '@Participants:\tAMA Ama Speaker, BO Bo Speaker',
  '@Media:\tstory, audio',
  '*AMA:\tkaai [/] kaai <mi da> [//] mi (.) &-uh ba',
  '\tyaari . \u00150_1500\u0015',
  '%mor:\tn|dog',
  '\tv|go .',
  '*BO:\tho ! \u00151500_1800\u0015 hoo . \u00151900_2500\u0015',
  '*AMA:\tno times .',
  '%com:\tquiet',
  '@End',
].join('\r\n');

describe('readChat', () => {
  it('reads speakers, what they say, and lines below it', () => {
    const { tiers, media, properties } = readChat(CHAT, { file });
    expect(media).toEqual([{ relativeUrl: 'story' }]);
    expect(properties).toContainEqual(['Languages', 'abz, eng']);
    expect(
      tiers.map(({ id, parent, annotations }) => [
        id,
        parent,
        annotations.map(({ text, start, end, line }) => [text, start, end, line]),
      ]),
    ).toEqual([
      [
        'AMA',
        undefined,
        [
          ['kaai [/] kaai <mi da> [//] mi (.) &-uh ba yaari .', 0, 1.5, 6],
          ['no times .', undefined, undefined, 11],
        ],
      ],
      ['AMA%mor', 'AMA', [['n|dog v|go .', 0, 1.5, 8]]],
      ['BO', undefined, [['ho ! hoo .', 1.5, 2.5, 10]]],
      ['AMA%com', 'AMA', [['quiet', undefined, undefined, 12]]],
    ]);
  });

  it('reads bullets of older files', () => {
    expect(readChat('*A:\tha \u0015%snd:"story"_12_345\u0015', { file }).tiers[0]!.annotations[0]).toMatchObject({
      text: 'ha',
      start: 0.012,
      end: 0.345,
    });
  });

  it.each([
    ['plain text', 'hello\n', 'begins with @', 1],
    ['a dependent line above all others', '@Begin\n%mor:\tn', 'belongs to no speaker', 2],
  ])('refuses %s, with the line', (_, input, words, line) => {
    expect(() => readChat(input, { file })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(words) as string, place: { file, line } }),
    );
  });
});

describe('writeChat', () => {
  const document = (texts: readonly string[]): AnnotationDocument => ({
    media: [],
    tiers: [
      {
        id: 'AMA',
        kind: 'interval',
        participant: 'AMA',
        annotations: texts.map((text, i) => ({ id: `u${i + 1}`, start: i, end: i + 1, text })),
      },
      {
        id: 'AMA%mor',
        kind: 'interval',
        type: 'mor',
        constraint: 'Symbolic_Association',
        parent: 'AMA',
        participant: 'AMA',
        annotations: texts.map((text, i) => ({
          id: `u${i + 1}%mor`,
          start: i,
          end: i + 1,
          timing: 'parent',
          text,
          parent: `u${i + 1}`,
        })),
      },
    ],
    properties: [['Languages', 'abz']],
    vocabularies: [],
    notes: [],
  });
  const texts = ({ tiers }: AnnotationDocument): string[][] =>
    tiers.map(({ annotations }) => annotations.map(({ text }) => text));

  it('writes what readChat reads', () => {
    fc.assert(
      fc.property(
        fc.array(
          hostileLine.map((text) => text.replace(/ {2,}/g, ' ')),
          { minLength: 1 },
        ),
        (said) => {
          const made = document(said);
          const { content, notes } = writeChat(made);
          const read = readChat(content, { file });
          expect(
            read.tiers.map(({ annotations }) =>
              annotations.map(({ text, start, end, parent }) => [text, start, end, parent]),
            ),
          ).toEqual(
            made.tiers.map(({ annotations }) =>
              annotations.map(({ text, start, end, parent }) => [text, start, end, parent]),
            ),
          );
          expect(read.properties).toContainEqual(['Languages', 'abz']);
          expect(notes).toEqual([]);
        },
      ),
    );
  });

  it('makes blanks of line breaks and control characters, and counts them', () => {
    const { content, notes } = writeChat(document(['a\nb\u0015c']));
    expect(texts(readChat(content, { file }))).toEqual([['a b c'], ['a b c']]);
    expect(notes).toMatchObject([{ code: 'replaced', count: 4 }]);
    fc.assert(fc.property(unholdableText, (text) => void readChat(writeChat(document([text])).content, { file })));
  });
});
