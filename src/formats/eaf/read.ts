import { InputError } from '../../support/errors.ts';
import type { Annotation, AnnotationDocument, Constraint, MediaLink, Tier, Vocabulary } from '../annotation.ts';
import type { TextInput } from '../../support/decode-text.ts';
import { Notes } from '../notes.ts';
import { childrenOf, decodeXml, descendantsOf, parseXml, textOf, type XmlElement } from '../xml/parse.ts';
import { resolveTimes, type Slots, type SlottedTier } from './times.ts';

/**
 * An ELAN document (EAF 2.7 to 3.0). Annotations without times of their own get them: between their neighbours where
 * ELAN would put them, from their parents where they have one (`Annotation.timing` says which).
 * @throws InputError for what is no EAF, with the line
 * @example
 * const { tiers, media } = readEaf(await readFile('story.eaf'), { file: 'story.eaf' });
 */
export function readEaf(input: TextInput, { file }: { file: string }): AnnotationDocument {
  const { text, encoding } = decodeXml(input, file);
  const notes = new Notes();
  if (encoding !== 'utf-8') notes.add('encoding', `read as ${encoding}`);
  const slots: Slots = new Map();
  const tiers = new Map<XmlElement, SlottedTier>();
  const root = parseXml(text, file, {
    TIME_SLOT: (slot) => slots.set(required(slot, 'TIME_SLOT_ID', file), timeOf(slot, file)),
    ANNOTATION: (annotation) => {
      const tier = annotation.parent;
      if (tier?.name !== 'TIER')
        throw new InputError('an ANNOTATION outside a TIER', WRITE_ANEW, place(annotation, file));
      let known = tiers.get(tier);
      if (!known) tiers.set(tier, (known = { tier: tierOf(tier, file), annotations: [] }));
      known.annotations.push(slottedAnnotation(annotation, file));
    },
  });
  if (root.name !== 'ANNOTATION_DOCUMENT')
    throw new InputError(`this is ${root.name}, not an EAF`, WRITE_ANEW, { file, line: root.line });
  const header = childrenOf(root, 'HEADER')[0];
  scaleTimes(slots, header);
  const ordered = childrenOf(root, 'TIER').map(
    (tier) => tiers.get(tier) ?? { tier: tierOf(tier, file), annotations: [] },
  );
  describe(ordered, root, notes);
  resolveTimes(ordered, slots, notes);
  const author = root.attributes.AUTHOR;
  return {
    media: header ? mediaOf(header, file) : [],
    tiers: ordered.map(({ tier, annotations }) => ({
      ...tier,
      annotations: annotations.map(({ annotation }) => annotation),
    })),
    ...(author && { author }),
    properties: header ? childrenOf(header, 'PROPERTY').map((p) => [p.attributes.NAME ?? '', textOf(p)]) : [],
    vocabularies: vocabulariesOf(root),
    notes: notes.list,
  };
}

const WRITE_ANEW = 'Open it in ELAN and save it anew.';
const place = (element: XmlElement, file: string): { file: string; line: number } => ({ file, line: element.line });

function required(element: XmlElement, name: string, file: string): string {
  const value = element.attributes[name];
  if (value !== undefined) return value;
  throw new InputError(`${element.name} has no ${name}`, WRITE_ANEW, place(element, file));
}

/** Milliseconds, not a number where the slot has no time. */
function timeOf(slot: XmlElement, file: string): number {
  const value = slot.attributes.TIME_VALUE;
  if (value === undefined || value.trim() === '') return NaN;
  const time = Number(value);
  if (!Number.isFinite(time))
    throw new InputError(`TIME_VALUE="${value}" is not a number`, WRITE_ANEW, place(slot, file));
  return time < 0 ? NaN : time;
}

/** Old documents may count frames of film. */
const MILLISECONDS: Record<string, number> = { 'PAL-frames': 40, 'PAL-50-frames': 20, 'NTSC-frames': 1001 / 30 };

function scaleTimes(slots: Slots, header: XmlElement | undefined): void {
  const scale = MILLISECONDS[header?.attributes.TIME_UNITS ?? ''] ?? 1;
  for (const [id, time] of slots) slots.set(id, (time * scale) / 1000);
}

function tierOf(element: XmlElement, file: string): Tier {
  const at = element.attributes;
  return {
    id: required(element, 'TIER_ID', file),
    kind: 'interval',
    ...(at.LINGUISTIC_TYPE_REF !== undefined && { type: at.LINGUISTIC_TYPE_REF }),
    ...(at.PARENT_REF && { parent: at.PARENT_REF }),
    ...(at.PARTICIPANT && { participant: at.PARTICIPANT }),
    ...(at.ANNOTATOR && { annotator: at.ANNOTATOR }),
    ...(at.LANG_REF && { language: at.LANG_REF }),
    annotations: [],
  };
}

function slottedAnnotation(element: XmlElement, file: string): SlottedTier['annotations'][number] {
  const inner = childrenOf(element).find(({ name }) => name === 'ALIGNABLE_ANNOTATION' || name === 'REF_ANNOTATION');
  if (!inner) throw new InputError('an ANNOTATION without content', WRITE_ANEW, place(element, file));
  const at = inner.attributes;
  const annotation: Annotation = {
    id: required(inner, 'ANNOTATION_ID', file),
    text: textOf(childrenOf(inner, 'ANNOTATION_VALUE')[0]),
    ...(at.CVE_REF && { entry: at.CVE_REF }),
    ...(at.LANG_REF && { language: at.LANG_REF }),
    line: inner.line,
  };
  if (inner.name === 'REF_ANNOTATION') {
    annotation.parent = required(inner, 'ANNOTATION_REF', file);
    return { annotation, ...(at.PREVIOUS_ANNOTATION && { previous: at.PREVIOUS_ANNOTATION }) };
  }
  return { annotation, slots: [required(inner, 'TIME_SLOT_REF1', file), required(inner, 'TIME_SLOT_REF2', file)] };
}

/** What a tier's linguistic type says of it, and whether its name stands twice. */
function describe(tiers: readonly SlottedTier[], root: XmlElement, notes: Notes): void {
  const types = new Map(
    childrenOf(root, 'LINGUISTIC_TYPE').map(({ attributes }) => [attributes.LINGUISTIC_TYPE_ID, attributes]),
  );
  const names = new Set<string>();
  for (const { tier } of tiers) {
    if (names.has(tier.id)) notes.add('duplicate', `the tier ${tier.id} stands twice`);
    names.add(tier.id);
    const type = types.get(tier.type);
    const constraint = CONSTRAINTS.find((known) => known === type?.CONSTRAINTS?.replaceAll(' ', '_'));
    if (constraint) tier.constraint = constraint;
    if (type?.CONTROLLED_VOCABULARY_REF) tier.vocabulary = type.CONTROLLED_VOCABULARY_REF;
  }
}

const CONSTRAINTS: readonly Constraint[] = [
  'Time_Subdivision',
  'Included_In',
  'Symbolic_Subdivision',
  'Symbolic_Association',
];

function mediaOf(header: XmlElement, file: string): MediaLink[] {
  const media = childrenOf(header, 'MEDIA_DESCRIPTOR').map((descriptor): MediaLink => {
    const {
      MEDIA_URL: url,
      RELATIVE_MEDIA_URL: relativeUrl,
      MIME_TYPE: mime,
      TIME_ORIGIN: origin,
    } = descriptor.attributes;
    if (origin !== undefined && !Number.isFinite(Number(origin)))
      throw new InputError(`TIME_ORIGIN="${origin}" is not a number`, WRITE_ANEW, place(descriptor, file));
    return {
      ...(url && { url }),
      ...(relativeUrl && { relativeUrl }),
      ...(mime && { mime }),
      ...(origin && { origin: Number(origin) / 1000 }),
    };
  });
  const old = header.attributes.MEDIA_FILE;
  return media.length === 0 && old ? [{ url: old }] : media;
}

/** Values as EAF 2.7 has them (`CV_ENTRY`) and since 2.8, in several languages (`CV_ENTRY_ML`). */
function vocabulariesOf(root: XmlElement): Vocabulary[] {
  const external = new Map(childrenOf(root, 'EXTERNAL_REF').map(({ attributes: at }) => [at.EXT_REF_ID, at.VALUE]));
  return childrenOf(root, 'CONTROLLED_VOCABULARY').map((vocabulary) => {
    const address = external.get(vocabulary.attributes.EXT_REF);
    const entries = childrenOf(vocabulary).flatMap((entry): Vocabulary['entries'] => {
      if (entry.name === 'CV_ENTRY') return [{ value: textOf(entry), ...described(entry) }];
      const id = entry.attributes.CVE_ID;
      return Array.from(descendantsOf(entry, 'CVE_VALUE'), (value) => ({
        ...(id && { id }),
        value: textOf(value),
        ...described(value),
      }));
    });
    return { id: vocabulary.attributes.CV_ID ?? '', entries, ...(address && { external: address }) };
  });
}

function described({ attributes }: XmlElement): { description?: string; language?: string } {
  const { DESCRIPTION: description, LANG_REF: language } = attributes;
  return { ...(description && { description }), ...(language && { language }) };
}
