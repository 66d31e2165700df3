import { InputError } from '../../support/errors.ts';
import type { Constraint } from '../annotation.ts';
import { childrenOf, parseXml, textOf, type XmlElement } from '../xml/parse.ts';
import type { LinguisticType } from './elements.ts';
import type { PlannedAnnotation } from './plan.ts';

/** What one has to know of an EAF to add to it: names that are taken, and where things stand in its text. */
export interface Survey {
  version: number;
  timeOrder: XmlElement;
  slots: { id: string; time: number; from: number; to: number }[];
  /** Which tiers use a slot. */
  slotUses: Map<string, Set<string>>;
  lastSlot: number;
  annotationIds: Set<string>;
  annotations: Map<string, PlannedAnnotation>;
  lastAnnotation: number;
  /** The text of the property in which ELAN remembers the number of its last annotation. */
  lastIdText?: { from: number; to: number };
  tiers: Map<string, { parent?: string; element: XmlElement }>;
  types: LinguisticType[];
  vocabularies: string[];
  languages: Set<string>;
  constraints: Set<string>;
  /** Behind the last element of each kind, or where the first would come. */
  endOf: { tiers: number; types: number; languages: number; constraints: number };
}

/** @throws InputError for what is no EAF */
export function surveyEaf(text: string, file: string): Survey {
  const slots: Survey['slots'] = [];
  const slotUses: Survey['slotUses'] = new Map();
  const annotations: Survey['annotations'] = new Map();
  const root = parseXml(text, file, {
    TIME_SLOT: ({ attributes, from, to }) =>
      slots.push({ id: attributes.TIME_SLOT_ID ?? '', time: Number(attributes.TIME_VALUE ?? NaN), from, to }),
    ANNOTATION: (annotation) => {
      const {
        ANNOTATION_ID: id,
        TIME_SLOT_REF1: begin,
        TIME_SLOT_REF2: end,
      } = childrenOf(annotation)[0]?.attributes ?? {};
      const tier = annotation.parent?.attributes.TIER_ID ?? '';
      for (const slot of [begin, end])
        if (slot !== undefined) slotUses.set(slot, (slotUses.get(slot) ?? new Set()).add(tier));
      if (id !== undefined) annotations.set(id, { id, annotation: { id, text: '' }, ...slotsBetween(begin, end) });
    },
  });
  const slotTimes = new Map(slots.map(({ id, time }) => [id, time]));
  for (const { slots: own } of annotations.values())
    for (const slot of own ?? []) setTime(slot, slotTimes.get(slot.id));
  const timeOrder = childrenOf(root, 'TIME_ORDER')[0];
  if (root.name !== 'ANNOTATION_DOCUMENT' || !timeOrder)
    throw new InputError('this is no EAF: it has no TIME_ORDER', 'Open it in ELAN and save it anew.', {
      file,
      line: root.line,
    });
  const property = childrenOf(childrenOf(root, 'HEADER')[0] ?? root, 'PROPERTY').find(
    ({ attributes }) => attributes.NAME === 'lastUsedAnnotationId',
  );
  const numbers = Array.from(annotations.keys(), (id) => numberIn(/^a(\d+)$/, id));
  return {
    version: Number(root.attributes.VERSION ?? root.attributes.FORMAT ?? 3) || 3,
    timeOrder,
    slots,
    slotUses,
    lastSlot: largest(slots.map(({ id }) => numberIn(/^ts(\d+)$/, id))),
    annotationIds: new Set(annotations.keys()),
    annotations,
    lastAnnotation: largest([...numbers, numberIn(/^(\d+)$/, textOf(property).trim())]),
    ...(property &&
      property.inner < property.to && {
        lastIdText: { from: property.inner, to: text.lastIndexOf('</', property.to - 1) },
      }),
    tiers: new Map(childrenOf(root, 'TIER').map((element) => [element.attributes.TIER_ID ?? '', tierIn(element)])),
    types: childrenOf(root, 'LINGUISTIC_TYPE').map(typeIn),
    vocabularies: childrenOf(root, 'CONTROLLED_VOCABULARY').map(({ attributes }) => attributes.CV_ID ?? ''),
    languages: new Set(childrenOf(root, 'LANGUAGE').map(({ attributes }) => attributes.LANG_ID ?? '')),
    constraints: new Set(childrenOf(root, 'CONSTRAINT').map(({ attributes }) => attributes.STEREOTYPE ?? '')),
    endOf: endsIn(root, timeOrder),
  };
}

const slotsBetween = (begin: string | undefined, end: string | undefined): Pick<PlannedAnnotation, 'slots'> =>
  begin === undefined || end === undefined
    ? {}
    : {
        slots: [
          { id: begin, order: 0 },
          { id: end, order: 0 },
        ],
      };

function setTime(slot: { time?: number; order: number }, time: number | undefined): void {
  if (time === undefined || Number.isNaN(time)) return;
  slot.time = time;
  slot.order = time;
}

const numberIn = (pattern: RegExp, text: string): number => Math.min(Number(pattern.exec(text)?.[1] ?? 0), 2 ** 31);
const largest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0);

function tierIn(element: XmlElement): { parent?: string; element: XmlElement } {
  const parent = element.attributes.PARENT_REF;
  return { ...(parent && { parent }), element };
}

/** A type without constraint whose annotations have no times is like none of ours. */
function typeIn({ attributes: at }: XmlElement): LinguisticType {
  const constraint = at.CONSTRAINTS?.replaceAll(' ', '_') ?? (at.TIME_ALIGNABLE === 'false' ? 'none' : undefined);
  return {
    id: at.LINGUISTIC_TYPE_ID ?? '',
    ...(constraint && { constraint: constraint as Constraint }),
    ...(at.CONTROLLED_VOCABULARY_REF && { vocabulary: at.CONTROLLED_VOCABULARY_REF }),
  };
}

/** Elements come in the order of the schema. */
function endsIn(root: XmlElement, timeOrder: XmlElement): Survey['endOf'] {
  const end = (name: string, otherwise: number): number => childrenOf(root, name).at(-1)?.to ?? otherwise;
  const tiers = end('TIER', timeOrder.to);
  const types = end('LINGUISTIC_TYPE', tiers);
  const languages = end('LANGUAGE', end('LOCALE', types));
  return { tiers, types, languages, constraints: end('CONSTRAINT', languages) };
}
