import type { Annotation, Constraint, Tier } from '../annotation.ts';
import type { Notes } from '../notes.ts';

/** A point in time that annotations hang on. */
export interface Slot {
  /** Milliseconds. Not there where the annotation has no time. */
  time?: number;
  /** Where it belongs in the document's order: its time, or that of the slot before. */
  order: number;
  id: string;
}

export interface PlannedTier {
  tier: Tier;
  constraint?: Constraint;
  annotations: PlannedAnnotation[];
}

export interface PlannedAnnotation {
  id: string;
  annotation: Annotation;
  slots?: [Slot, Slot];
  ref?: string;
  previous?: string;
}

/** Ids for annotations that have none, or one that is taken or is no name of XML. */
export class AnnotationIds {
  private readonly taken: Set<string>;
  /** The last number given out. */
  last: number;

  constructor(taken: Set<string> = new Set(), last = 0) {
    this.taken = taken;
    this.last = last;
  }

  give(wanted: string | undefined): string {
    let id = wanted;
    while (id === undefined || !NAME.test(id) || this.taken.has(id)) id = `a${++this.last}`;
    this.taken.add(id);
    return id;
  }
}

/** What XML takes for an id. */
export const NAME = /^[\p{L}_][\p{L}\p{N}\p{Mn}_.-]*$/u;

/**
 * How tiers are laid out in EAF: integer milliseconds, at least one long, nothing overlapping by rounding; parts of the
 * parent hang on its own slots where they fill it (`Time_Subdivision`), and refer to it where they have no time of
 * their own.
 * @param existing tiers of the document, and their annotations by id, to which the new ones may belong
 */
export function planTiers(
  tiers: readonly Tier[],
  ids: AnnotationIds,
  notes: Notes,
  existing: { tiers: Iterable<string>; annotations: Iterable<[string, PlannedAnnotation]> } = {
    tiers: [],
    annotations: [],
  },
): PlannedTier[] {
  const names = new Set([...existing.tiers, ...tiers.map(({ id }) => id)]);
  const newIds = new Map(existing.annotations);
  return inOrderOfParents(tiers).map((tier) => {
    const constraint = tier.parent !== undefined && names.has(tier.parent) ? constraintOf(tier) : undefined;
    const symbolic = constraint?.startsWith('Symbolic') ?? false;
    const layout = symbolic
      ? refer(tier, constraint!, newIds, ids, notes)
      : align(tier, constraint, newIds, ids, notes);
    for (const planned of layout) if (planned.annotation.id !== undefined) newIds.set(planned.annotation.id, planned);
    return { tier, ...(constraint && { constraint }), annotations: layout };
  });
}

function inOrderOfParents(tiers: readonly Tier[]): Tier[] {
  const byName = new Map(tiers.map((tier) => [tier.id, tier]));
  const ordered = new Set<Tier>();
  for (const tier of tiers) {
    const path = new Set<Tier>();
    for (let at: Tier | undefined = tier; at && !ordered.has(at) && !path.has(at); at = byName.get(at.parent ?? ''))
      path.add(at);
    for (const one of [...path].reverse()) ordered.add(one);
  }
  return [...ordered];
}

function constraintOf({ constraint, annotations }: Tier): Constraint {
  if (constraint) return constraint;
  if (annotations.some(({ start, timing }) => start !== undefined && timing === undefined)) return 'Included_In';
  const parents = annotations.map(({ parent }) => parent);
  return new Set(parents).size === parents.length ? 'Symbolic_Association' : 'Symbolic_Subdivision';
}

type Known = ReadonlyMap<string, PlannedAnnotation>;

function refer(
  tier: Tier,
  constraint: Constraint,
  known: Known,
  ids: AnnotationIds,
  notes: Notes,
): PlannedAnnotation[] {
  const last = new Map<string, string>();
  return tier.annotations.flatMap((annotation): PlannedAnnotation[] => {
    const ref = known.get(annotation.parent ?? '')?.id;
    if (ref === undefined) {
      notes.add('skipped', `an annotation of ${tier.id} belongs to none above it and was left out`, annotation.line);
      return [];
    }
    const id = ids.give(annotation.id);
    const previous = constraint === 'Symbolic_Subdivision' ? last.get(ref) : undefined;
    last.set(ref, id);
    return [{ id, annotation, ref, ...(previous !== undefined && { previous }) }];
  });
}

function align(
  tier: Tier,
  constraint: Constraint | undefined,
  known: Known,
  ids: AnnotationIds,
  notes: Notes,
): PlannedAnnotation[] {
  const sorted = [...tier.annotations].sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
  const inTime = tier.annotations.every(({ start }) => start !== undefined) ? sorted : tier.annotations;
  let before: Slot | undefined;
  return inTime.map((annotation) => {
    const parent = constraint === 'Time_Subdivision' ? known.get(annotation.parent ?? '')?.slots : undefined;
    const [from, to] = millisecondsOf(annotation, before, tier, notes);
    const shared = parent && [before, ...parent].find((slot) => slot?.time === from && from !== undefined);
    const begin = shared ?? slotAt(from, before);
    const end = parent?.find((slot) => slot.time === to && to !== undefined) ?? slotAt(to, begin);
    before = end;
    return { id: ids.give(annotation.id), annotation, slots: [begin, end] };
  });
}

const slotAt = (time: number | undefined, before: Slot | undefined): Slot =>
  time === undefined ? { order: before?.order ?? 0, id: '' } : { time, order: time, id: '' };

function millisecondsOf(
  { start, end, line }: Annotation,
  before: Slot | undefined,
  tier: Tier,
  notes: Notes,
): [number?, number?] {
  if (start === undefined || end === undefined) return [];
  const last = before?.time ?? 0;
  let from = Math.max(0, Math.round(start * 1000));
  if (from < last && last - from <= 1) from = last;
  if (from < last) notes.add('overlap', `annotations of ${tier.id} overlap, which ELAN does not expect`, line);
  return [from, Math.max(Math.round(end * 1000), from + 1)];
}
