import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTrs, writeTrs, type AnnotationDocument } from '../../src/formats/index.ts';
import { hostileText } from './arbitrary.ts';

const file = 'a.trs';
const TRS = `<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE Trans SYSTEM "trans-14.dtd">
<Trans scribe="me" audio_filename="story" version="3">
<Speakers>
<Speaker id="spk1" name="Amé" check="no"/>
<Speaker id="spk2" name="Bo"/>
</Speakers>
<Episode>
<Section type="report" startTime="0" endTime="9">
<Turn speaker="spk1" startTime="0" endTime="4.5">
<Sync time="0"/>
waxal   bippé
<Event desc="rire" type="noise" extent="instantaneous"/>
 :fra
<Sync time="2"/>

<Sync time="3"/>
dëgg
</Turn>
<Turn speaker="spk1 spk2" startTime="4.5" endTime="6">
<Sync time="4.5"/>
<Who nb="1"/>
nee leen
<Who nb="2"/>
waaw
</Turn>
<Turn startTime="6" endTime="9">
<Sync time="6"/>
chanson
</Turn>
</Section>
</Episode>
</Trans>
`;

const told = ({ tiers }: AnnotationDocument): Record<string, unknown> =>
  Object.fromEntries(
    tiers.map(({ id, annotations }) => [id, annotations.map(({ start, end, text }) => [start, end, text])]),
  );

describe('readTrs', () => {
  it('reads turns, speech at once, events and sections, in the encoding that is declared', () => {
    const document = readTrs(Buffer.from(TRS, 'latin1'), { file });
    expect(told(document)).toEqual({
      sections: [[0, 9, 'report']],
      Amé: [
        [0, 2, 'waxal bippé :fra'],
        [3, 4.5, 'dëgg'],
        [4.5, 6, 'nee leen'],
      ],
      events: [[0, 2, 'rire']],
      Bo: [[4.5, 6, 'waaw']],
      'no speaker': [[6, 9, 'chanson']],
    });
    expect(document).toMatchObject({
      media: [{ relativeUrl: 'story' }],
      author: 'me',
      notes: [{ code: 'encoding', what: 'read as iso-8859-1' }],
    });
    expect(document.tiers.find(({ id }) => id === 'Bo')!.participant).toBe('Bo');
  });

  it.each([
    ['another document', '<html/>', 'not a Transcriber', 1],
    [
      'a turn without times',
      '<Trans><Episode><Section>\n</Section></Episode></Trans>'.replace(
        '</Section>',
        '<Turn startTime="x" endTime="1"/></Section>',
      ),
      'no time',
      2,
    ],
    ['entities', '<!DOCTYPE Trans [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<Trans>&x;</Trans>', 'entities', 1],
  ])('refuses %s, with the line', (_, input, words, line) => {
    expect(() => readTrs(input, { file })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(words) as string, place: { file, line } }),
    );
  });
});

describe('writeTrs', () => {
  it('writes what readTrs reads, but for blanks', () => {
    fc.assert(
      fc.property(
        fc.array(
          hostileText.filter((text) => text.trim() !== ''),
          { minLength: 1 },
        ),
        (texts) => {
          const annotations = texts.map((text, i) => ({ start: i, end: i + 0.5, text }));
          const tiers = [{ id: 'Ama', kind: 'interval' as const, participant: 'Ama & <Bo>', annotations }];
          const { content } = writeTrs({
            media: [{ relativeUrl: 'a' }],
            tiers,
            author: 'me',
            properties: [],
            vocabularies: [],
            notes: [],
          });
          const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim();
          expect(told(readTrs(content, { file }))['Ama & <Bo>']).toEqual(
            annotations.map(({ start, end, text }) => [start, end, squeezed(text)]),
          );
        },
      ),
    );
  });
});
