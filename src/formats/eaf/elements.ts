import type { Constraint, Vocabulary } from '../annotation.ts';
import type { Notes } from '../notes.ts';
import { attributesOf, escapeText } from '../xml/escape.ts';
import { NAME, type PlannedAnnotation, type PlannedTier, type Slot } from './plan.ts';

/** A linguistic type: what ELAN asks of the annotations of a tier. */
export interface LinguisticType {
  id: string;
  constraint?: Constraint;
  vocabulary?: string;
}

export function slotElement({ id, time }: Slot, notes: Notes): string {
  return `        <TIME_SLOT${attributesOf({ TIME_SLOT_ID: id, TIME_VALUE: time }, notes)}/>\n`;
}

/** @param type the name of its linguistic type in this document */
export function* tierElement(
  { tier, annotations }: PlannedTier,
  type: string,
  parent: string | undefined,
  notes: Notes,
): Generator<string> {
  const attributes = {
    LINGUISTIC_TYPE_REF: type,
    PARENT_REF: parent,
    PARTICIPANT: tier.participant,
    ANNOTATOR: tier.annotator,
    LANG_REF: languageOf(tier.language, notes),
    TIER_ID: tier.id,
  };
  yield `    <TIER${attributesOf(attributes, notes)}${annotations.length === 0 ? '/' : ''}>\n`;
  for (const annotation of annotations) yield annotationElement(annotation, notes);
  if (annotations.length > 0) yield '    </TIER>\n';
}

function annotationElement({ id, slots, ref, previous, annotation }: PlannedAnnotation, notes: Notes): string {
  const name = slots ? 'ALIGNABLE_ANNOTATION' : 'REF_ANNOTATION';
  const attributes = {
    ANNOTATION_ID: id,
    ANNOTATION_REF: ref,
    PREVIOUS_ANNOTATION: previous,
    TIME_SLOT_REF1: slots?.[0].id,
    TIME_SLOT_REF2: slots?.[1].id,
    CVE_REF: annotation.entry,
    LANG_REF: languageOf(annotation.language, notes),
  };
  return (
    `        <ANNOTATION>\n            <${name}${attributesOf(attributes, notes)}>\n` +
    `                <ANNOTATION_VALUE>${escapeText(annotation.text, notes)}</ANNOTATION_VALUE>\n` +
    `            </${name}>\n        </ANNOTATION>\n`
  );
}

function languageOf(language: string | undefined, notes: Notes): string | undefined {
  if (language === undefined || NAME.test(language)) return language;
  notes.add('skipped', `the language ${language} is no name that EAF takes`);
  return undefined;
}

export function typeElement({ id, constraint, vocabulary }: LinguisticType, notes: Notes): string {
  const attributes = {
    CONSTRAINTS: constraint,
    CONTROLLED_VOCABULARY_REF: vocabulary,
    GRAPHIC_REFERENCES: 'false',
    LINGUISTIC_TYPE_ID: id,
    TIME_ALIGNABLE: String(!constraint?.startsWith('Symbolic')),
  };
  return `    <LINGUISTIC_TYPE${attributesOf(attributes, notes)}/>\n`;
}

/** As ELAN words them. */
const CONSTRAINTS: Record<Constraint, string> = {
  Time_Subdivision: "Time subdivision of parent annotation's time interval, no time gaps allowed within this interval",
  Symbolic_Subdivision:
    'Symbolic subdivision of a parent annotation. Annotations refering to the same parent are ordered',
  Symbolic_Association: '1-1 association with a parent annotation',
  Included_In: "Time alignable annotations within the parent annotation's time interval, gaps are allowed",
};

export function constraintElements(known: ReadonlySet<string>): string {
  return Object.entries(CONSTRAINTS)
    .filter(([stereotype]) => !known.has(stereotype))
    .map(([stereotype, description]) => `    <CONSTRAINT DESCRIPTION="${description}" STEREOTYPE="${stereotype}"/>\n`)
    .join('');
}

/** What ELAN calls a language that isn't said. */
export const UNDETERMINED = 'und';

export function vocabularyElement({ id, entries, external }: Vocabulary, externalRef: string, notes: Notes): string {
  const byId = new Map<string, Vocabulary['entries']>();
  entries.forEach((entry, i) => {
    const key = entry.id ?? `${id}-${i + 1}`;
    byId.set(key, [...(byId.get(key) ?? []), entry]);
  });
  const inner = Array.from(byId, ([entry, values]) => {
    const lines = values.map(({ value, description, language }) => {
      const attributes = { DESCRIPTION: description, LANG_REF: languageOf(language, notes) ?? UNDETERMINED };
      return `            <CVE_VALUE${attributesOf(attributes, notes)}>${escapeText(value, notes)}</CVE_VALUE>\n`;
    });
    return `        <CV_ENTRY_ML${attributesOf({ CVE_ID: entry }, notes)}>\n${lines.join('')}        </CV_ENTRY_ML>\n`;
  });
  const attributes = { CV_ID: id, EXT_REF: external === undefined ? undefined : externalRef };
  return (
    `    <CONTROLLED_VOCABULARY${attributesOf(attributes, notes)}>\n` +
    `${inner.join('')}    </CONTROLLED_VOCABULARY>\n`
  );
}
