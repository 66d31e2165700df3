import type { AnnotationDocument, MediaLink, Tier } from '../annotation.ts';
import { Notes, type Written } from '../notes.ts';
import { attributesOf, escapeText } from '../xml/escape.ts';
import {
  constraintElements,
  slotElement,
  tierElement,
  typeElement,
  UNDETERMINED,
  vocabularyElement,
  type LinguisticType,
} from './elements.ts';
import { AnnotationIds, NAME, planTiers, type PlannedTier, type Slot } from './plan.ts';

/**
 * An ELAN document (EAF 3.0, valid by its schema). Times are written as whole milliseconds, annotations at least one
 * long.
 * @param options.date when it was made: now, if not said
 * @example
 * const { content } = writeEaf(documentOf(transcript));
 */
export function writeEaf(document: AnnotationDocument, options: { date?: Date } = {}): Written {
  const notes = new Notes();
  const content = [...elementsOf(document, options.date ?? new Date(), notes)].join('');
  return { content, notes: notes.list };
}

function* elementsOf(document: AnnotationDocument, date: Date, notes: Notes): Generator<string> {
  const { vocabularies } = document;
  const ids = new AnnotationIds();
  const tiers = planTiers(withUniqueNames(document.tiers, notes), ids, notes);
  const types = new LinguisticTypes(vocabularies.map(({ id }) => id));
  yield openingOf(document, date, notes);
  yield headerOf(document, ids.last, notes);
  yield '    <TIME_ORDER>\n';
  for (const slot of numberedSlots(tiers)) yield slotElement(slot, notes);
  yield '    </TIME_ORDER>\n';
  for (const tier of tiers) yield* tierElement(tier, types.nameFor(tier), tier.constraint && tier.tier.parent, notes);
  for (const type of types.all) yield typeElement(type, notes);
  for (const language of languagesOf(document)) yield `    <LANGUAGE${attributesOf({ LANG_ID: language }, notes)}/>\n`;
  yield constraintElements(new Set());
  for (const [i, vocabulary] of vocabularies.entries()) yield vocabularyElement(vocabulary, `er${i + 1}`, notes);
  for (const [i, { external }] of vocabularies.entries()) {
    const attributes = { EXT_REF_ID: `er${i + 1}`, TYPE: 'ecv', VALUE: external };
    if (external !== undefined) yield `    <EXTERNAL_REF${attributesOf(attributes, notes)}/>\n`;
  }
  yield '</ANNOTATION_DOCUMENT>\n';
}

/** ELAN knows tiers by their names. */
function withUniqueNames(tiers: readonly Tier[], notes: Notes): Tier[] {
  const taken = new Set<string>();
  return tiers.map((tier) => {
    let id = tier.id;
    for (let n = 2; taken.has(id); n++) id = `${tier.id} (${n})`;
    taken.add(id);
    if (id === tier.id) return tier;
    notes.add('duplicate', `a second tier ${tier.id} is written as ${id}`);
    return { ...tier, id };
  });
}

/** Slots in order of time, with their names. */
export function numberedSlots(tiers: readonly PlannedTier[], first = 1): Slot[] {
  const slots = new Set(
    tiers.flatMap(({ annotations }) => annotations.flatMap((annotation) => annotation.slots ?? [])),
  );
  const sorted = [...slots].sort((a, b) => a.order - b.order);
  sorted.forEach((slot, i) => (slot.id = `ts${first + i}`));
  return sorted;
}

/**
 * Names of linguistic types: the tier's own, or one of its constraint, unless that name stands for something else here.
 */
export class LinguisticTypes {
  readonly all: LinguisticType[] = [];
  private readonly vocabularies: ReadonlySet<string>;
  private readonly known: LinguisticType[];

  constructor(vocabularies: readonly string[], known: readonly LinguisticType[] = []) {
    this.vocabularies = new Set(vocabularies);
    this.known = [...known];
  }

  nameFor({ tier, constraint }: PlannedTier): string {
    const vocabulary =
      tier.vocabulary !== undefined && this.vocabularies.has(tier.vocabulary) ? tier.vocabulary : undefined;
    const wanted = tier.type ?? (constraint ? constraint.toLowerCase().replace('_', '-') : 'default-lt');
    for (let n = 1; ; n++) {
      const id = n === 1 ? wanted : `${wanted}-${n}`;
      const known = this.known.find((type) => type.id === id);
      if (known && (known.constraint !== constraint || known.vocabulary !== vocabulary)) continue;
      if (!known) {
        const type = { id, ...(constraint && { constraint }), ...(vocabulary !== undefined && { vocabulary }) };
        this.known.push(type);
        this.all.push(type);
      }
      return id;
    }
  }
}

function openingOf({ author }: AnnotationDocument, date: Date, notes: Notes): string {
  const attributes = {
    AUTHOR: author ?? '',
    DATE: date.toISOString(),
    FORMAT: '3.0',
    VERSION: '3.0',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:noNamespaceSchemaLocation': 'http://www.mpi.nl/tools/elan/EAFv3.0.xsd',
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT${attributesOf(attributes, notes)}>\n`;
}

function headerOf({ media, properties }: AnnotationDocument, lastAnnotation: number, notes: Notes): string {
  const own = properties.filter(([name]) => name !== LAST_ID);
  const lines = [...own, [LAST_ID, String(lastAnnotation)] as const].map(
    ([name, value]) =>
      `        <PROPERTY${attributesOf({ NAME: name }, notes)}>${escapeText(value, notes)}</PROPERTY>\n`,
  );
  const links = media.map((link) => mediaElement(link, notes)).join('');
  return `    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">\n${links}${lines.join('')}    </HEADER>\n`;
}

/** Where ELAN remembers the number of the annotation that it made last. */
const LAST_ID = 'lastUsedAnnotationId';

function mediaElement({ url, relativeUrl, mime, origin }: MediaLink, notes: Notes): string {
  const attributes = {
    MEDIA_URL: url ?? relativeUrl ?? '',
    MIME_TYPE: mime ?? 'unknown',
    RELATIVE_MEDIA_URL: relativeUrl,
    TIME_ORIGIN: origin === undefined ? undefined : Math.round(origin * 1000),
  };
  return `        <MEDIA_DESCRIPTOR${attributesOf(attributes, notes)}/>\n`;
}

function languagesOf({ tiers, vocabularies }: AnnotationDocument): Set<string> {
  const languages = tiers.flatMap((tier) => [tier.language, ...tier.annotations.map(({ language }) => language)]);
  const ofValues = vocabularies.flatMap(({ entries }) => entries.map(({ language }) => language ?? UNDETERMINED));
  return new Set(
    [...languages, ...ofValues].filter((language) => language !== undefined && NAME.test(language)) as string[],
  );
}
