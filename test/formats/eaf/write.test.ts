import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnnotationDocument } from '../../../src/formats/annotation.ts';
import { readEaf } from '../../../src/formats/eaf/read.ts';
import { writeEaf } from '../../../src/formats/eaf/write.ts';
import { documentOf } from '../../../src/formats/transcript-tiers.ts';
import { flatDocument, hostileText, layeredDocument, unholdableText, withoutPlaces } from '../arbitrary.ts';
import { faultsOf } from './check-eaf.ts';
import { STORY } from './story.ts';

const empty: AnnotationDocument = { media: [], tiers: [], properties: [], vocabularies: [], notes: [] };
const reread = (document: AnnotationDocument): AnnotationDocument =>
  withoutPlaces(readEaf(writeEaf(document).content, { file: 'x.eaf' }));

describe('writeEaf', () => {
  it('writes what readEaf reads, whatever stands in the texts', () => {
    fc.assert(
      fc.property(fc.oneof(flatDocument(hostileText), layeredDocument(hostileText)), (document) => {
        const { content, notes } = writeEaf(document);
        expect(faultsOf(content)).toEqual([]);
        expect(notes).toEqual([]);
        const { properties, ...rest } = withoutPlaces(readEaf(content, { file: 'x.eaf' }));
        expect(rest).toEqual({ ...document, properties: undefined });
        expect(properties.slice(0, -1)).toEqual(document.properties);
      }),
    );
  });

  it('replaces what XML can’t hold, and counts it', () => {
    fc.assert(
      fc.property(flatDocument(unholdableText), (document) => {
        const { content, notes } = writeEaf(document);
        const lost = document.tiers.flatMap(({ annotations }) =>
          annotations.flatMap(({ text }) => text.match(/[\0\u0001\u001B\uD800\uFFFF]/g) ?? []),
        );
        expect(notes.find(({ code }) => code === 'replaced')?.count ?? 0).toBe(lost.length);
        const texts = readEaf(content, { file: 'x.eaf' }).tiers.flatMap(({ annotations }) =>
          annotations.map(({ text }) => text),
        );
        expect(texts).toEqual(
          document.tiers.flatMap(({ annotations }) =>
            annotations.map(({ text }) => text.replace(/[\0\u0001\u001B\uD800\uFFFF]/g, '\uFFFD')),
          ),
        );
      }),
    );
  });

  it('writes a transcript as tiers of utterances, words and confidences, for each speaker', () => {
    const words = [
      { text: 'ŋa', start: 0.1, end: 0.42, confidence: 0.5 },
      { text: 'le', start: 0.6, end: 0.9, confidence: 1 },
    ];
    const transcript = {
      file: '/rec/day 1/story.wav',
      seconds: 4,
      segments: [
        { start: 0, end: 1, text: 'ŋa le', speaker: 'Ama', confidence: 0.75, words },
        { start: 0.9, end: 3, text: 'ho', speaker: 'Bo' },
      ],
    };
    const { content } = writeEaf(documentOf(transcript), { date: new Date('2026-01-02T03:04:05Z') });
    expect(faultsOf(content)).toEqual([]);
    expect(content).toContain('DATE="2026-01-02T03:04:05.000Z"');
    expect(content).toContain(
      '<MEDIA_DESCRIPTOR MEDIA_URL="./story.wav" MIME_TYPE="audio/x-wav" RELATIVE_MEDIA_URL="./story.wav"/>',
    );
    const { tiers } = readEaf(content, { file: 'x.eaf' });
    expect(tiers.map(({ id, constraint, parent, participant }) => [id, constraint, parent, participant])).toEqual([
      ['utterance@Ama', undefined, undefined, 'Ama'],
      ['utterance-confidence@Ama', 'Symbolic_Association', 'utterance@Ama', 'Ama'],
      ['word@Ama', 'Included_In', 'utterance@Ama', 'Ama'],
      ['word-confidence@Ama', 'Time_Subdivision', 'word@Ama', 'Ama'],
      ['utterance@Bo', undefined, undefined, 'Bo'],
    ]);
    expect(tiers[3]!.annotations.map(({ text, start, end }) => [text, start, end])).toEqual([
      ['0.50', 0.1, 0.42],
      ['1.00', 0.6, 0.9],
    ]);
  });

  it('writes parts that fill their parent on the parent’s own slots', () => {
    const tiers = [
      { id: 'ph', kind: 'interval' as const, annotations: [{ id: 'p', start: 1, end: 2, text: 'p' }] },
      {
        id: 'w',
        kind: 'interval' as const,
        parent: 'ph',
        constraint: 'Time_Subdivision' as const,
        annotations: [
          { start: 1, end: 1.3, text: 'x', parent: 'p' },
          { start: 1.3, end: 2, text: 'y', parent: 'p' },
        ],
      },
    ];
    expect(writeEaf({ ...empty, tiers }).content.match(/<TIME_SLOT /g)).toHaveLength(3);
  });

  it('keeps vocabularies', () => {
    const vocabularies = [
      {
        id: 'pos',
        entries: [
          { id: 'n1', value: 'n', description: 'noun', language: 'eng' },
          { id: 'n1', value: 'nom', language: 'fra' },
        ],
      },
      { id: 'far', entries: [], external: 'http://example.org/a.ecv' },
    ];
    const tiers = [
      {
        id: 't',
        kind: 'interval' as const,
        type: 'pos',
        vocabulary: 'pos',
        annotations: [{ id: 'a1', start: 0, end: 1, text: 'n', entry: 'n1' }],
      },
    ];
    const document = { ...empty, tiers, vocabularies };
    expect(faultsOf(writeEaf(document).content)).toEqual([]);
    expect({ ...reread(document), properties: [] }).toEqual(document);
  });

  it('makes ids and names that ELAN takes, and says what it left out', () => {
    const annotation = { id: '1 2', start: 0.0004, end: 0.0004, text: 'x' };
    const tiers = [
      { id: 't', kind: 'point' as const, annotations: [annotation, { ...annotation, start: 0.0006, end: 0.0006 }] },
      { id: 't', kind: 'interval' as const, annotations: [{ text: 'no time' }] },
      {
        id: 'u',
        kind: 'interval' as const,
        parent: 't',
        constraint: 'Symbolic_Association' as const,
        annotations: [{ text: 'lost', parent: 'nobody' }],
      },
    ];
    const { content, notes } = writeEaf({ ...empty, tiers });
    expect(faultsOf(content)).toEqual([]);
    expect(notes.map(({ code }) => code).sort()).toEqual(['duplicate', 'skipped']);
    const [first, second] = readEaf(content, { file: 'x.eaf' }).tiers;
    expect(first!.annotations.map(({ start, end }) => [start, end])).toEqual([
      [0, 0.001],
      [0.001, 0.002],
    ]);
    expect(second!.annotations).toEqual([expect.objectContaining({ text: 'no time' })]);
  });

  it('writes what pympi-ling reads: its tiers, texts and times stand in a file beside it', async () => {
    const fixture = (name: string): Promise<string> =>
      readFile(new URL(`../../fixtures/formats/${name}`, import.meta.url), 'utf8');
    const { content } = writeEaf(documentOf(STORY), { date: new Date('2026-01-02T03:04:05Z') });
    expect(content).toBe(await fixture('isogloss.eaf'));
    const byPympi = JSON.parse(await fixture('isogloss.by-pympi.json')) as Record<string, unknown>;
    const own = documentOf(STORY).tiers.map(({ id, parent, annotations }) => [
      id,
      {
        parent: parent ?? null,
        annotations: annotations.map(({ start, end, text }) => [start! * 1000, end! * 1000, text]),
      },
    ]);
    expect(byPympi).toEqual(Object.fromEntries(own));
  });
});
