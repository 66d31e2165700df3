import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTiersToTextGrid } from '../../../src/formats/textgrid/add-tiers.ts';
import { readTextGrid } from '../../../src/formats/textgrid/read.ts';
import { writeTextGrid } from '../../../src/formats/textgrid/write.ts';
import type { AnnotationDocument, Tier } from '../../../src/formats/annotation.ts';
import { InputError } from '../../../src/support/errors.ts';
import { flatDocument, hostileText, unholdableText, withoutPlaces } from '../arbitrary.ts';

const file = 'story.TextGrid';
const fixture = (name: string): Promise<Buffer> => readFile(new URL(`../../fixtures/formats/${name}`, import.meta.url));
const PRAAT = ['praat-long', 'praat-short', 'praat-binary', 'praat-utf16'];
const point = { start: 1 / 3, end: 1 / 3, text: 'x' };

describe('readTextGrid', () => {
  it.each(PRAAT)('reads what Praat wrote: %s', async (name) => {
    const { tiers, span, notes } = withoutPlaces(readTextGrid(await fixture(`${name}.TextGrid`), { file }));
    expect(span).toEqual({ start: 0, end: 2.5 });
    expect(tiers).toEqual([
      {
        id: 'phrase',
        kind: 'interval',
        annotations: [{ start: 0.7, end: 1.25, text: 'she said ""q"" and "ŋa˥˩" 😀\nnew line' }],
      },
      {
        id: 'word',
        kind: 'interval',
        annotations: [
          { start: 0, end: 1.1, text: 'ascii' },
          { start: 1.1, end: 2.5, text: 'ŋ' },
        ],
      },
      { id: 'click', kind: 'point', annotations: [point] },
    ]);
    expect(notes).toEqual([]);
  });

  it('reads what praatio wrote', async () => {
    const { tiers } = withoutPlaces(readTextGrid(await fixture('praatio.TextGrid'), { file }));
    expect(tiers).toEqual([
      { id: 'phrase', kind: 'interval', annotations: [{ start: 0.7, end: 1.25, text: 'a "quoted" ŋa˥˩' }] },
      { id: 'click', kind: 'point', annotations: [point] },
    ]);
  });

  it('reads what people write by hand: any words and comments between the values', () => {
    const byHand =
      'File type = "ooTextFile short"\r\n"TextGrid"\r\n! made by hand, "so what"\r\n0s 1.5seconds <exists> 1\r\n"IntervalTier" "Mary ! no comment" 0 1.5 2\r\n0 -0 "" 0 1.5e0 "ha" ! the second';
    expect(readTextGrid(byHand, { file }).tiers).toEqual([
      { id: 'Mary ! no comment', kind: 'interval', annotations: [{ start: 0, end: 1.5, text: 'ha', line: 6 }] },
    ]);
  });

  it('reads other encodings and names them', () => {
    const text = 'File type = "ooTextFile"\nObject class = "TextGrid"\n0 1 <exists> 1 "IntervalTier" "é" 0 1 1 0 1 "é"';
    for (const bytes of [
      Buffer.from(`\uFEFF${text}`),
      Buffer.from(`\uFEFF${text}`, 'utf16le'),
      Buffer.from(text, 'utf16le'),
    ])
      expect(readTextGrid(bytes, { file })).toMatchObject({
        tiers: [{ id: 'é', annotations: [{ text: 'é' }] }],
        notes: [],
      });
    expect(readTextGrid(Buffer.from(text, 'latin1'), { file })).toMatchObject({
      tiers: [{ id: 'é' }],
      notes: [{ code: 'encoding', what: expect.stringContaining('iso-8859-1') as string }],
    });
  });

  it('reads a grid without tiers', () => {
    expect(readTextGrid('"ooTextFile" "TextGrid" 0 2 <absent>', { file })).toMatchObject({
      tiers: [],
      span: { start: 0, end: 2 },
    });
  });

  it.each([
    ['another object', '"ooTextFile"\n"PitchTier" 0 1', 'not a TextGrid', 2],
    ['another kind of file', '"x"', 'ooTextFile', 1],
    ['nothing', '', 'ends too early', 1],
    [
      'fewer intervals than promised',
      '"ooTextFile" "TextGrid" 0 1 <exists> 1\n"IntervalTier" "a" 0 1 1000000000\n0 1 "x"\n',
      'ends too early',
      3,
    ],
    ['an unclosed quote', '"ooTextFile" "TextGrid" 0 1 <exists> 1\n"IntervalTier\n', 'closing quote', 2],
    ['a quote that is not doubled', '"ooTextFile" "TextGrid" 0 1 <exists> 1\n"Interval"Tier"', 'must be doubled', 2],
    ['a text where a number belongs', '"ooTextFile" "TextGrid" 0\n"x"', 'a number', 2],
    ['an undefined number', '"ooTextFile" "TextGrid" 0\n--undefined--', 'not --undefined--', 2],
    ['an unknown tier', '"ooTextFile" "TextGrid" 0 1 <exists> 1 "OddTier" ', 'no kind of tier', 1],
  ])('refuses %s, with the line', (_, text, words, line) => {
    expect(() => readTextGrid(text, { file })).toThrow(words);
    try {
      readTextGrid(text, { file });
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).place).toEqual({ file, line });
    }
  });

  it('refuses binary grids that are cut, wherever', async () => {
    const bytes = await fixture('praat-binary.TextGrid');
    for (let length = 13; length < bytes.length; length++)
      expect(() => readTextGrid(bytes.subarray(0, length), { file }), String(length)).toThrow(InputError);
  });
});

describe('writeTextGrid', () => {
  const spoken = (document: AnnotationDocument): unknown =>
    document.tiers.map(({ id, annotations }) => [
      id,
      annotations.filter(({ text }) => text !== '').map(({ start, end, text }) => [start, end, text]),
    ]);

  it.each(['long', 'short'] as const)('writes what readTextGrid reads, in %s form; without text is a gap', (form) => {
    fc.assert(
      fc.property(flatDocument(hostileText), (document) => {
        const { content, notes } = writeTextGrid(document, { form });
        expect(spoken(readTextGrid(content, { file }))).toEqual(spoken(document));
        const untold = document.tiers.flatMap(({ annotations }) =>
          annotations.filter(({ text }) => text === ''),
        ).length;
        expect(notes.reduce((sum, { count }) => sum + count!, 0)).toBe(untold);
      }),
    );
  });

  it('replaces what Praat can’t hold, and counts it', () => {
    fc.assert(
      fc.property(flatDocument(unholdableText), (document) => {
        const lost = document.tiers.flatMap(({ annotations }) =>
          annotations.flatMap(({ text }) => text.match(/[\0\uD800]/g) ?? []),
        ).length;
        expect(writeTextGrid(document).notes.find(({ code }) => code === 'replaced')?.count ?? 0).toBe(lost);
      }),
    );
  });

  it('writes what overlaps into a further tier, and leaves out what has no time, saying so', () => {
    const tier: Tier = {
      id: 't',
      kind: 'interval',
      annotations: [
        { start: 0, end: 2, text: 'a' },
        { start: 1, end: 3, text: 'b' },
        { start: 2, end: 2, text: 'c' },
        { text: 'd' },
      ],
    };
    const { content, notes } = writeTextGrid({ media: [], tiers: [tier], properties: [], vocabularies: [], notes: [] });
    const { tiers, span } = readTextGrid(content, { file });
    expect(
      tiers.map(({ id, annotations }) => [id, annotations.map(({ text, start, end }) => [text, start, end])]),
    ).toEqual([
      [
        't',
        [
          ['a', 0, 2],
          ['c', 2, 2.001],
        ],
      ],
      ['t (2)', [['b', 1, 3]]],
    ]);
    expect(span).toEqual({ start: 0, end: 3 });
    expect(notes.map(({ code, count }) => [code, count])).toEqual([
      ['skipped', 1],
      ['overlap', 1],
    ]);
  });
});

describe('addTiersToTextGrid', () => {
  const added: Tier[] = [
    { id: 'model', kind: 'interval', annotations: [{ start: 0.5, end: 1, text: 'ŋa "x"' }] },
    { id: 'places', kind: 'point', annotations: [{ start: 2, end: 2, text: '😀' }] },
  ];

  it.each([...PRAAT, 'praatio'])('keeps form, encoding and all that was there: %s', async (name) => {
    const bytes = await fixture(`${name}.TextGrid`);
    const { content } = addTiersToTextGrid(bytes, added, { file });
    expect([...content.subarray(0, 40)]).toEqual([...bytes.subarray(0, 40)]);
    expect(Buffer.from(content).includes(bytes.subarray(-60))).toBe(true);
    const [before, after] = [readTextGrid(bytes, { file }), readTextGrid(content, { file })];
    expect(withoutPlaces(after).tiers).toEqual([...withoutPlaces(before).tiers, ...added]);
    expect(after.span).toEqual(before.span);
  });

  it.each(PRAAT)('refuses a tier that is there, and replaces it where told to: %s', async (name) => {
    const bytes = await fixture(`${name}.TextGrid`);
    const word: Tier = { ...added[0]!, id: 'word' };
    expect(() => addTiersToTextGrid(bytes, [word], { file })).toThrow('already there');
    const { tiers } = withoutPlaces(
      readTextGrid(addTiersToTextGrid(bytes, [word], { file, replace: true }).content, { file }),
    );
    expect(tiers.map(({ id }) => id)).toEqual(['phrase', 'word', 'click']);
    expect(tiers[1]).toEqual(word);
  });

  it('cuts at the end, and refuses what is beyond it', async () => {
    const bytes = await fixture('praat-short.TextGrid');
    const late = (start: number): Tier => ({ id: 'n', kind: 'interval', annotations: [{ start, end: 3, text: 'x' }] });
    const { content, notes } = addTiersToTextGrid(bytes, [late(2)], { file });
    expect(readTextGrid(content, { file }).tiers.at(-1)!.annotations[0]!.end).toBe(2.5);
    expect(notes.map(({ code }) => code)).toEqual(['rounded']);
    expect(() => addTiersToTextGrid(bytes, [late(2.6)], { file })).toThrow('outside the TextGrid');
  });

  it('writes Latin-1 while it can, and UTF-8 where it must, saying so', () => {
    const old = Buffer.from('"ooTextFile" "TextGrid" 0 1 <exists> 1 "IntervalTier" "é" 0 1 1 0 1 "é"', 'latin1');
    const tier = (text: string): Tier[] => [{ id: 'n', kind: 'interval', annotations: [{ start: 0, end: 1, text }] }];
    expect(addTiersToTextGrid(old, tier('ü'), { file })).toMatchObject({ notes: [] });
    const { content, notes } = addTiersToTextGrid(old, tier('ŋ'), { file });
    expect(notes.map(({ code }) => code)).toEqual(['encoding']);
    expect(Buffer.from(content).toString('utf8')).toContain('é');
  });
});
