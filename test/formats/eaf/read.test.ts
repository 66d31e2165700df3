import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readEaf } from '../../../src/formats/eaf/read.ts';
import { InputError } from '../../../src/support/errors.ts';
import { withoutPlaces } from '../arbitrary.ts';

const file = 'story.eaf';
const HEADER = '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/>';
const TYPES =
  '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="free" TIME_ALIGNABLE="true"/>' +
  '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="time" CONSTRAINTS="Time_Subdivision" TIME_ALIGNABLE="true"/>' +
  '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="in" CONSTRAINTS="Included_In" TIME_ALIGNABLE="true"/>' +
  '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="parts" CONSTRAINTS="Symbolic_Subdivision" TIME_ALIGNABLE="false"/>' +
  '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="note" CONSTRAINTS="Symbolic_Association" TIME_ALIGNABLE="false"/>';

const eaf = (slots: (number | undefined)[], tiers: string, rest = TYPES, header = HEADER): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT AUTHOR="" DATE="2017-07-06T13:37:19+10:00" FORMAT="3.0" VERSION="3.0">${header}<TIME_ORDER>` +
  slots
    .map((time, i) => `<TIME_SLOT TIME_SLOT_ID="ts${i + 1}"${time === undefined ? '' : ` TIME_VALUE="${time}"`}/>`)
    .join('') +
  `</TIME_ORDER>${tiers}${rest}</ANNOTATION_DOCUMENT>`;
const tier = (id: string, type: string, annotations: string[], more = ''): string =>
  `<TIER TIER_ID="${id}" LINGUISTIC_TYPE_REF="${type}"${more}>${annotations.map((one) => `<ANNOTATION>${one}</ANNOTATION>`).join('\n')}</TIER>`;
const timed = (id: string, from: number, to: number, text = id): string =>
  `<ALIGNABLE_ANNOTATION ANNOTATION_ID="${id}" TIME_SLOT_REF1="ts${from}" TIME_SLOT_REF2="ts${to}"><ANNOTATION_VALUE>${text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>`;
const ref = (id: string, parent: string, previous = ''): string =>
  `<REF_ANNOTATION ANNOTATION_ID="${id}" ANNOTATION_REF="${parent}"${previous && ` PREVIOUS_ANNOTATION="${previous}"`}><ANNOTATION_VALUE>${id}</ANNOTATION_VALUE></REF_ANNOTATION>`;

/** `text start-end`, and how the times were had, of a tier's annotations. */
const told = (text: string, name: string): string[] =>
  readEaf(text, { file })
    .tiers.find(({ id }) => id === name)!
    .annotations.map(({ text: said, start, end, timing }) => `${said} ${start}-${end}${timing ? ` ${timing}` : ''}`);

describe('readEaf', () => {
  it('reads tiers, who speaks, and the recordings with their place in time', () => {
    const header =
      '<HEADER TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/rec/a b.wav" MIME_TYPE="audio/x-wav" RELATIVE_MEDIA_URL="./a b.wav"/>' +
      '<MEDIA_DESCRIPTOR MEDIA_URL="file:///a.mp4" MIME_TYPE="video/mp4" TIME_ORIGIN="1500"/><PROPERTY NAME="title">Ɛ &amp; ŋ</PROPERTY></HEADER>';
    const document = readEaf(
      eaf(
        [0, 1500],
        tier('ph', 'free', [timed('a1', 1, 2, 'ŋa &lt;ha&gt;')], ' PARTICIPANT="Ama" ANNOTATOR="me" LANG_REF="abz"'),
        TYPES,
        header,
      ),
      { file },
    );
    expect(document.media).toEqual([
      { url: 'file:///C:/rec/a b.wav', relativeUrl: './a b.wav', mime: 'audio/x-wav' },
      { url: 'file:///a.mp4', mime: 'video/mp4', origin: 1.5 },
    ]);
    expect(document.properties).toEqual([['title', 'Ɛ & ŋ']]);
    expect(document.tiers).toEqual([
      {
        id: 'ph',
        kind: 'interval',
        type: 'free',
        participant: 'Ama',
        annotator: 'me',
        language: 'abz',
        annotations: [{ id: 'a1', start: 0, end: 1.5, text: 'ŋa <ha>', line: 2 }],
      },
    ]);
  });

  it('keeps annotations that are not transcribed yet', () => {
    expect(told(eaf([0, 500, 900], tier('ph', 'free', [timed('a1', 1, 2, ''), timed('a2', 2, 3, ' ')])), 'ph')).toEqual(
      [' 0-0.5', '  0.5-0.9'],
    );
    const without =
      '<ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE/></ALIGNABLE_ANNOTATION>';
    expect(told(eaf([0, 500], tier('ph', 'free', [without])), 'ph')).toEqual([' 0-0.5']);
  });

  it('puts slots without time evenly between those that have one, along the annotations of their tier', () => {
    const tiers =
      tier('ph', 'free', [timed('p', 1, 5)]) +
      tier('other', 'free', [timed('o', 6, 7)]) +
      tier('w', 'time', [timed('x', 1, 2), timed('y', 2, 3), timed('z', 3, 5)], ' PARENT_REF="ph"');
    const text = eaf([1000, undefined, undefined, 1200, 4000, 1300, 1400], tiers);
    expect(told(text, 'w')).toEqual(['x 1-2 interpolated', 'y 2-3 interpolated', 'z 3-4 interpolated']);
    expect(readEaf(text, { file }).notes).toEqual([expect.objectContaining({ code: 'interpolated', count: 3 })]);
  });

  it('puts slots that no chain reaches between their neighbours in the document', () => {
    expect(told(eaf([1000, undefined, undefined, 4000], tier('ph', 'free', [timed('x', 2, 3)])), 'ph')).toEqual([
      'x 2-3 interpolated',
    ]);
    expect(told(eaf([1000, undefined, undefined], tier('ph', 'free', [timed('x', 2, 3)])), 'ph')).toEqual([
      'x undefined-undefined',
    ]);
  });

  it('gives children their parent’s times, and parts a share of them, in the order of PREVIOUS_ANNOTATION', () => {
    const tiers =
      tier('gloss', 'note', [ref('g', 'w2')], ' PARENT_REF="w"') +
      tier('w', 'parts', [ref('w2', 'p', 'w1'), ref('w1', 'p')], ' PARENT_REF="ph"') +
      tier('ph', 'free', [timed('p', 1, 2)]);
    const text = eaf([1000, 3000], tiers);
    expect(told(text, 'w')).toEqual(['w2 2-3 share', 'w1 1-2 share']);
    expect(told(text, 'gloss')).toEqual(['g 2-3 parent']);
  });

  it('shares also where the linguistic type says nothing', () => {
    const tiers =
      tier('ph', 'free', [timed('p', 1, 2)]) +
      tier('w', 'unknown', [ref('w1', 'p'), ref('w2', 'p')], ' PARENT_REF="ph"');
    expect(told(eaf([0, 1000], tiers), 'w')).toEqual(['w1 0-0.5 share', 'w2 0.5-1 share']);
  });

  it('links words in time with the utterance that they lie in', () => {
    const tiers =
      tier('ph', 'free', [timed('p', 1, 3), timed('q', 4, 6)]) +
      tier('w', 'in', [timed('x', 1, 2), timed('y', 5, 6)], ' PARENT_REF="ph"');
    const words = readEaf(eaf([0, 400, 900, 1000, 1500, 2000], tiers), { file }).tiers[1]!;
    expect(words.constraint).toBe('Included_In');
    expect(words.annotations.map(({ parent }) => parent)).toEqual(['p', 'q']);
  });

  it('reads vocabularies of EAF 2.7 and of later versions, and where external ones are kept', () => {
    const rest =
      '<CONTROLLED_VOCABULARY CV_ID="old" DESCRIPTION="d"><CV_ENTRY DESCRIPTION="noun">n</CV_ENTRY></CONTROLLED_VOCABULARY>' +
      '<CONTROLLED_VOCABULARY CV_ID="new"><DESCRIPTION LANG_REF="und"/><CV_ENTRY_ML CVE_ID="c1"><CVE_VALUE DESCRIPTION="verb" LANG_REF="eng">v</CVE_VALUE><CVE_VALUE LANG_REF="fra">vb</CVE_VALUE></CV_ENTRY_ML></CONTROLLED_VOCABULARY>' +
      '<CONTROLLED_VOCABULARY CV_ID="far" EXT_REF="er1"/><EXTERNAL_REF EXT_REF_ID="er1" TYPE="ecv" VALUE="http://example.org/pos.ecv"/>';
    expect(readEaf(eaf([], '', rest), { file }).vocabularies).toEqual([
      { id: 'old', entries: [{ value: 'n', description: 'noun' }] },
      {
        id: 'new',
        entries: [
          { id: 'c1', value: 'v', description: 'verb', language: 'eng' },
          { id: 'c1', value: 'vb', language: 'fra' },
        ],
      },
      { id: 'far', entries: [], external: 'http://example.org/pos.ecv' },
    ]);
  });

  it('tells of references that lead nowhere or in circles, and keeps what is there', () => {
    const circle =
      tier('ph', 'free', [timed('a', 1, 9)]) +
      tier('w', 'parts', [ref('x', 'y'), ref('y', 'x'), ref('z', 'none')], ' PARENT_REF="ph"');
    const { tiers, notes } = readEaf(eaf([0], circle), { file });
    expect(tiers.flatMap(({ annotations }) => annotations.map(({ text }) => text))).toEqual(['a', 'x', 'y', 'z']);
    expect(notes.every(({ code }) => code === 'broken-reference')).toBe(true);
    expect(notes.length).toBeGreaterThan(0);
  });

  it.each([
    ['no XML', 'hello', 'well-formed', 1],
    ['another document', '<html/>', 'not an EAF', 1],
    ['cut', eaf([0, 1], '').slice(0, -30), 'well-formed', 2],
    ['entities', '<!DOCTYPE a [\n<!ENTITY x "y">]><a>&x;</a>', 'entities', 2],
    ['an unknown entity', '<a>\n&x;</a>', 'well-formed', 2],
    ['too deep', '<a>'.repeat(200), 'deep', 1],
    [
      'a time in words',
      '<ANNOTATION_DOCUMENT>\n\n<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="x"/></TIME_ORDER></ANNOTATION_DOCUMENT>',
      'not a number',
      3,
    ],
    ['a tier without name', eaf([], '<TIER LINGUISTIC_TYPE_REF="x"/>'), 'TIER_ID', 2],
  ])('refuses %s, with the line', (_, text, words, line) => {
    const attempt = (): unknown => readEaf(text, { file });
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(words);
    try {
      attempt();
    } catch (error) {
      expect((error as InputError).place).toEqual({ file, line });
    }
  });

  it('reads what pympi-ling wrote', async () => {
    const bytes = await readFile(new URL('../../fixtures/formats/pympi.eaf', import.meta.url));
    const { tiers, media, author } = withoutPlaces(readEaf(bytes, { file }));
    expect({ media, author }).toEqual({
      media: [{ url: 'story.wav', relativeUrl: './story.wav', mime: 'audio/x-wav', origin: 0.25 }],
      author: 'pympi & me',
    });
    expect(
      tiers.map(({ id, participant, constraint, annotations }) => [id, participant, constraint, annotations]),
    ).toEqual([
      ['default', undefined, undefined, []],
      [
        'phrase',
        'Ama',
        undefined,
        [
          { id: 'a2', start: 0.5, end: 1.5, text: 'ŋa <le> & "ho"' },
          { id: 'a3', start: 2, end: 2.6, text: '' },
        ],
      ],
      [
        'word',
        'Ama',
        'Symbolic_Subdivision',
        [
          { id: 'a4', start: 0.5, end: 1, timing: 'share', text: 'ŋa', parent: 'a2' },
          { id: 'a5', start: 1, end: 1.5, timing: 'share', text: 'le', parent: 'a2' },
        ],
      ],
      [
        'gloss',
        undefined,
        'Symbolic_Association',
        [{ id: 'a6', start: 0.5, end: 1, timing: 'parent', text: '3PL', parent: 'a4' }],
      ],
      ['empty', undefined, undefined, []],
    ]);
  });
});
