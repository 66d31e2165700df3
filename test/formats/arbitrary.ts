import fc from 'fast-check';
import type { Annotation, AnnotationDocument, Tier } from '../../src/formats/annotation.ts';

/** Signs that formats stumble over: quotes, what XML and CSV are made of, tone letters, combining marks, right-to-left, emoji. */
const SIGNS = [
  ...'abc ŋɓɛ ',
  ...['"', "'", '&', '<', '>', ']]>', '--', '&amp;', '<!--', '\\', ';', ',', '|', '{', '}', '(', ')', '#', '!', '='],
  ...[
    '˥',
    '˩',
    'á',
    'ê̄',
    't͡ɕʰ',
    'ʔ',
    'ʼ',
    '‿',
    '\u200D',
    '\u200F',
    'שלום',
    'مرحبا',
    '😀',
    '👩‍🌾',
    '\u2028',
    '\u00A0',
    '中',
  ],
];

const pieces = (more: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...SIGNS, ...more), { maxLength: 12 }).map((parts) => parts.join(''));

/** Any text, with tabs and line breaks. */
export const hostileText = pieces(['\t', '\n', '\r\n', '\r']);
/** Any text on one line, without blanks at its ends. */
export const hostileLine = pieces([]).map((text) => text.trim());
/** What some formats can't hold. */
export const unholdableText = pieces(['\u0001', '\u001B', '\uD800', '\uFFFF', '\u0000']);

const id = (i: number): string => `a${i + 1}`;

/** Annotations one after another, with gaps or without, in whole milliseconds. */
function timedAnnotations(text: fc.Arbitrary<string>, scale: number): fc.Arbitrary<Annotation[]> {
  const one = fc.record({ gap: fc.integer({ min: 0, max: 3 }), length: fc.integer({ min: 1, max: 5000 }), text });
  return fc.array(one, { maxLength: 8 }).map((list) => {
    let at = 0;
    return list.map(({ gap, length, text: said }) => {
      const start = at + gap * 137;
      at = start + length;
      return { start: start / scale, end: at / scale, text: said };
    });
  });
}

const tierName = fc
  .array(fc.constantFrom(...'abAB@ ŋ&<"-_'), { minLength: 1, maxLength: 6 })
  .map((signs) => `t${signs.join('')}`);

/** A document without links between tiers. */
export function flatDocument(text: fc.Arbitrary<string>): fc.Arbitrary<AnnotationDocument> {
  const tier = fc.record({ id: tierName, annotations: timedAnnotations(text, 1000) });
  return fc.uniqueArray(tier, { minLength: 1, maxLength: 4, selector: (one) => one.id }).map((tiers) => {
    let number = 0;
    return {
      media: [{ url: 'file:///field notes/a&b.wav', relativeUrl: './a&b.wav', mime: 'audio/x-wav', origin: 1.5 }],
      tiers: tiers.map(({ id: name, annotations }): Tier => ({
        id: name,
        kind: 'interval',
        type: 'default-lt',
        participant: 'Ɛlí <"&>',
        annotations: annotations.map((annotation) => ({ id: id(number++), ...annotation })),
      })),
      author: 'me & "you"',
      properties: [
        ['title', 'a < b'],
        ['title', 'ŋ'],
      ],
      vocabularies: [],
      notes: [],
    };
  });
}

/** Every annotation of the first tier has words in time, and a note each in two more tiers. */
export function layeredDocument(text: fc.Arbitrary<string>): fc.Arbitrary<AnnotationDocument> {
  const words = fc.array(text, { maxLength: 3 });
  return fc.tuple(flatDocument(text), fc.array(words, { minLength: 40, maxLength: 40 })).map(([document, texts]) => {
    const [top] = document.tiers;
    let number = 1000;
    const inside = top!.annotations.flatMap((parent, i) =>
      shares(parent, texts[i]!).map((part) => ({ ...part, id: id(number++), parent: parent.id! })),
    );
    const parts: Tier = {
      id: 'parts',
      kind: 'interval',
      type: 'p',
      constraint: 'Symbolic_Subdivision',
      parent: top!.id,
      annotations: inside,
    };
    const gloss = inside.map(({ id: parent, start, end }, i): Annotation => ({
      id: id(5000 + i),
      start: start!,
      end: end!,
      timing: 'parent',
      text: `g${i}`,
      parent,
    }));
    const glosses: Tier = {
      id: 'glosses',
      kind: 'interval',
      type: 'g',
      constraint: 'Symbolic_Association',
      parent: 'parts',
      annotations: gloss,
    };
    return { ...document, tiers: [...document.tiers, parts, glosses] };
  });
}

function shares({ start, end }: Annotation, texts: readonly string[]): Annotation[] {
  const of = texts.length;
  const length = end! - start!;
  return texts.map((text, i) => ({
    start: start! + (length * i) / of,
    end: i + 1 === of ? end! : start! + (length * (i + 1)) / of,
    timing: of === 1 ? 'parent' : 'share',
    text,
  }));
}

/** The document without what says only where things stood. */
export function withoutPlaces(document: AnnotationDocument): AnnotationDocument {
  const copy = structuredClone(document);
  for (const { annotations } of copy.tiers) for (const annotation of annotations) delete annotation.line;
  return copy;
}
