import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTiersToEaf } from '../../../src/formats/eaf/add-tiers.ts';
import { readEaf } from '../../../src/formats/eaf/read.ts';
import { writeEaf } from '../../../src/formats/eaf/write.ts';
import type { Tier } from '../../../src/formats/annotation.ts';
import { flatDocument, hostileText, layeredDocument } from '../arbitrary.ts';
import { faultsOf } from './check-eaf.ts';

const file = 'story.eaf';
const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const tier = (id: string, times: [number, number][], more: Partial<Tier> = {}): Tier => ({
  id,
  kind: 'interval',
  type: 'utterance',
  annotations: times.map(([start, end]) => ({ start, end, text: 'ŋa & "so"' })),
  ...more,
});

/** As another program might have written it: comments, odd blanks, CRLF, elements that we don't read. */
const ODD = [
  '\uFEFF<?xml version="1.0" encoding="UTF-8"?>',
  '<!-- by hand -->',
  "<ANNOTATION_DOCUMENT DATE='2017-07-06T13:37:19+10:00' AUTHOR='' VERSION='2.8'>",
  '  <HEADER><PROPERTY NAME="lastUsedAnnotationId">7</PROPERTY></HEADER>',
  '  <TIME_ORDER>',
  '    <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="0"/> <TIME_SLOT TIME_SLOT_ID="ts2"/>',
  '    <TIME_SLOT TIME_SLOT_ID="ts10" TIME_VALUE="4000"/>',
  '  </TIME_ORDER>',
  '  <TIER TIER_ID="Phrase" LINGUISTIC_TYPE_REF="utterance">',
  '    <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts10"><ANNOTATION_VALUE>x</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>',
  '  </TIER>',
  '  <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="utterance" TIME_ALIGNABLE="true"/>',
  '  <LEXICON_REF LEX_REF_ID="lr1" NAME="l" TYPE="t" URL="u" LEXICON_ID="i" LEXICON_NAME="n"/>',
  '  <REF_LINK_SET LINK_SET_ID="s"><GROUP_REF_LINK REF_LINK_ID="r" REFS="a1"/></REF_LINK_SET>',
  '</ANNOTATION_DOCUMENT>',
  '',
].join('\r\n');

describe('addTiersToEaf', () => {
  it('leaves the document as it was, to the letter, but for what it adds', () => {
    const added = utf8(
      addTiersToEaf(
        Buffer.from(ODD),
        [
          tier(
            'utterance',
            [
              [0.5, 1],
              [5, 6],
            ],
            { language: 'abz' },
          ),
        ],
        { file },
      ).content,
    );
    expect(added.replaceAll(/\n(?!\r)/g, '').length).toBeGreaterThan(0);
    let at = 0;
    for (const line of ODD.replace('>7<', '>9<').split('\r\n')) {
      const found = added.indexOf(line, at);
      expect(found, line).toBeGreaterThanOrEqual(at);
      at = found + line.length;
    }
    expect(added).not.toMatch(/[^\r]\n/);
    expect(added).toMatch(/^\uFEFF<\?xml/);
    expect(faultsOf(added.slice(1))).toEqual([]);
  });

  it('puts new time slots where their time belongs', () => {
    const added = utf8(
      addTiersToEaf(
        ODD,
        [
          tier('new', [
            [0.5, 1],
            [5, 6],
          ]),
        ],
        { file },
      ).content,
    );
    expect(Array.from(added.matchAll(/TIME_SLOT_ID="(\w+)"/g), ([, id]) => id)).toEqual([
      'ts1',
      'ts2',
      'ts11',
      'ts12',
      'ts10',
      'ts13',
      'ts14',
    ]);
  });

  it('refuses a tier that is there, and replaces it where told to, with the slots that only it used', () => {
    expect(() => addTiersToEaf(ODD, [tier('Phrase', [[0, 1]])], { file })).toThrow('already there');
    const { content } = addTiersToEaf(ODD, [tier('Phrase', [[0, 1]])], { file, replace: true });
    const { tiers } = readEaf(content, { file });
    expect(
      tiers.map(({ id, annotations }) => [id, annotations.map(({ text, start, end }) => [text, start, end])]),
    ).toEqual([['Phrase', [['ŋa & "so"', 0, 1]]]]);
    expect(utf8(content)).not.toContain('ts10');
    expect(faultsOf(utf8(content))).toEqual([]);
  });

  it('hangs new tiers on those that are there', () => {
    const words = tier('w', [[0.2, 0.5]], { parent: 'Phrase', constraint: 'Included_In', type: 'word' });
    const note: Tier = {
      id: 'n',
      kind: 'interval',
      parent: 'Phrase',
      constraint: 'Symbolic_Association',
      annotations: [{ text: 'good', parent: 'a1' }],
    };
    const { content } = addTiersToEaf(ODD, [words, note], { file });
    expect(faultsOf(utf8(content).slice(1))).toEqual([]);
    expect(
      readEaf(content, { file })
        .tiers.slice(1)
        .map(({ id, parent, constraint, annotations }) => [id, parent, constraint, annotations[0]!.parent]),
    ).toEqual([
      ['w', 'Phrase', 'Included_In', 'a1'],
      ['n', 'Phrase', 'Symbolic_Association', 'a1'],
    ]);
    expect(() => addTiersToEaf(content, [tier('Phrase', [])], { file, replace: true })).toThrow('hangs on it');
  });

  it('gives a linguistic type of the same name but other rules another name', () => {
    const note: Tier = {
      id: 'n',
      kind: 'interval',
      type: 'utterance',
      parent: 'Phrase',
      constraint: 'Symbolic_Association',
      annotations: [{ text: 'g', parent: 'a1' }],
    };
    expect(utf8(addTiersToEaf(ODD, [note], { file }).content)).toContain('LINGUISTIC_TYPE_REF="utterance-2"');
  });

  it('fills documents without slots or tiers, and those in UTF-16 and Latin-1', () => {
    const bare =
      '<?xml version="1.0" encoding="ISO-8859-1"?><ANNOTATION_DOCUMENT AUTHOR="é" DATE="2017-07-06T13:37:19Z" VERSION="2.7"><HEADER/><TIME_ORDER/></ANNOTATION_DOCUMENT>';
    const { content, notes } = addTiersToEaf(
      Buffer.from(bare, 'latin1'),
      [tier('new', [[0, 1]], { language: 'abz' })],
      { file },
    );
    expect(notes.map(({ code }) => code)).toEqual(['skipped', 'encoding']);
    expect(utf8(content)).toContain('encoding="UTF-8"');
    expect(faultsOf(utf8(content))).toEqual([]);
    expect(readEaf(content, { file })).toMatchObject({ author: 'é', tiers: [{ id: 'new' }] });
    const wide = addTiersToEaf(Buffer.from(ODD, 'utf16le'), [tier('new', [[0, 1]])], { file }).content;
    expect([...wide.subarray(0, 2)]).toEqual([0xff, 0xfe]);
    expect(readEaf(wide, { file }).tiers).toHaveLength(2);
  });

  it('adds any tiers to any document without changing what was there', () => {
    fc.assert(
      fc.property(layeredDocument(hostileText), flatDocument(hostileText), (old, more) => {
        const before = writeEaf(old).content;
        const tiers = more.tiers.map((one) => ({ ...one, id: `new ${one.id}` }));
        const after = utf8(addTiersToEaf(before, tiers, { file }).content);
        expect(faultsOf(after)).toEqual([]);
        const strip = (text: string): unknown =>
          readEaf(text, { file }).tiers.map(({ id, annotations, ...rest }) => [
            id,
            rest,
            annotations.map(({ text: said, start, end }) => [said, start, end]),
          ]);
        expect(strip(after)).toEqual([
          ...(strip(before) as unknown[]),
          ...(strip(writeEaf({ ...more, tiers }).content) as unknown[]),
        ]);
      }),
    );
  });
});
