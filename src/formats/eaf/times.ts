import type { Annotation, Tier } from '../annotation.ts';
import type { Notes } from '../notes.ts';

/** Seconds of each time slot in the document's order, not a number where it has none. */
export type Slots = Map<string, number>;

export interface SlottedTier {
  tier: Tier;
  annotations: { annotation: Annotation; slots?: [begin: string, end: string]; previous?: string }[];
}

/** Gives every annotation the times it can have, and children of annotations in time the id of their parent. */
export function resolveTimes(tiers: readonly SlottedTier[], slots: Slots, notes: Notes): void {
  const unknown = new Set(Array.from(slots).flatMap(([id, time]) => (Number.isNaN(time) ? [id] : [])));
  if (unknown.size > 0) {
    for (const tier of tiers) fillChains(tier, slots);
    fillBetweenNeighbours(slots);
  }
  for (const tier of tiers) takeSlots(tier, slots, unknown, notes);
  inheritTimes(tiers, notes);
  linkIncluded(tiers);
}

/** Annotations of a tier that follow one another without gap, between two known times: equally long. */
function fillChains({ annotations }: SlottedTier, slots: Slots): void {
  const next = new Map(annotations.flatMap(({ slots: own }) => (own ? [own] : [])));
  const endless = new Set<string>();
  const known = (slot: string): boolean => !Number.isNaN(slots.get(slot) ?? NaN);
  for (const [begin] of next) {
    if (!known(begin)) continue;
    const chain = [begin];
    for (
      let at = next.get(begin);
      at !== undefined && !endless.has(at) && chain.length <= next.size;
      at = next.get(at)
    ) {
      chain.push(at);
      if (known(at)) break;
    }
    const [from, to] = [slots.get(begin)!, slots.get(chain.at(-1)!) ?? NaN];
    const inner = chain.slice(1, -1);
    if (Number.isNaN(to)) for (const slot of inner) endless.add(slot);
    else inner.forEach((slot, i) => slots.set(slot, from + ((to - from) * (i + 1)) / (inner.length + 1)));
  }
}

/** What is left lies evenly between the known times before and after it in the document's order. */
function fillBetweenNeighbours(slots: Slots): void {
  let before = 0;
  let waiting: string[] = [];
  for (const [id, time] of slots) {
    if (Number.isNaN(time)) waiting.push(id);
    else {
      waiting.forEach((slot, i) =>
        slots.set(slot, before + ((Math.max(time, before) - before) * (i + 1)) / (waiting.length + 1)),
      );
      [before, waiting] = [time, []];
    }
  }
}

function takeSlots({ annotations }: SlottedTier, slots: Slots, unknown: ReadonlySet<string>, notes: Notes): void {
  for (const { annotation, slots: own } of annotations) {
    if (!own) continue;
    const [start, end] = own.map((slot) => slots.get(slot) ?? NaN) as [number, number];
    if (!own.every((slot) => slots.has(slot)))
      notes.add('broken-reference', 'an annotation names a time slot that is not there', annotation.line);
    if (Number.isNaN(start) || Number.isNaN(end)) continue;
    if (end < start) notes.add('order', 'an annotation ends before it begins', annotation.line);
    annotation.start = start;
    annotation.end = end;
    if (!own.some((slot) => unknown.has(slot))) continue;
    annotation.timing = 'interpolated';
    notes.add(
      'interpolated',
      'an annotation has no times of its own: they were put between its neighbours’',
      annotation.line,
    );
  }
}

/**
 * Annotations that refer to another take its times: all of them, or a share where several refer to it from one tier.
 */
function inheritTimes(tiers: readonly SlottedTier[], notes: Notes): void {
  const byId = new Map<string, Annotation>();
  const places = new Map<Annotation, readonly [place: number, of: number]>();
  for (const { annotations } of tiers) {
    for (const { annotation } of annotations) {
      if (byId.has(annotation.id!)) notes.add('duplicate', 'an annotation’s id stands twice', annotation.line);
      else byId.set(annotation.id!, annotation);
    }
    for (const siblings of siblingsOf(annotations))
      siblings.forEach((annotation, i) => places.set(annotation, [i, siblings.length]));
  }
  const hopeless = new Set<Annotation>();
  for (const annotation of places.keys()) {
    const path = new Set<Annotation>();
    let above: Annotation | undefined = annotation;
    while (above && above.start === undefined && places.has(above) && !path.has(above) && !hopeless.has(above)) {
      path.add(above);
      above = byId.get(above.parent!);
    }
    if (above?.start !== undefined && above.end !== undefined) passDown(above, [...path].reverse(), places);
    else {
      for (const one of path) hopeless.add(one);
      notes.add('broken-reference', 'an annotation has no times, nor one above it that has', annotation.line);
    }
  }
}

type Places = ReadonlyMap<Annotation, readonly [place: number, of: number]>;

function passDown(from: Annotation, path: readonly Annotation[], places: Places): void {
  let parent = from;
  for (const annotation of path) {
    const [place, of] = places.get(annotation)!;
    const [start, length] = [parent.start!, parent.end! - parent.start!];
    annotation.start = start + (length * place) / of;
    annotation.end = place + 1 === of ? parent.end! : start + (length * (place + 1)) / of;
    annotation.timing = of === 1 ? 'parent' : 'share';
    parent = annotation;
  }
}

/**
 * Annotations of a tier that refer to the same one, in the order that `PREVIOUS_ANNOTATION` gives them, else the
 * document's.
 */
function siblingsOf(annotations: SlottedTier['annotations']): Annotation[][] {
  const groups = new Map<string, SlottedTier['annotations']>();
  for (const one of annotations) {
    if (one.slots) continue;
    const group = groups.get(one.annotation.parent!);
    if (group) group.push(one);
    else groups.set(one.annotation.parent!, [one]);
  }
  return Array.from(groups.values(), (group) => inOrder(group));
}

function inOrder(group: SlottedTier['annotations']): Annotation[] {
  const ids = new Set(group.map(({ annotation }) => annotation.id));
  const after = new Map(group.map(({ previous, annotation }) => [previous, annotation]));
  const ordered = new Set<Annotation>();
  for (const { annotation, previous } of group) {
    if (previous !== undefined && ids.has(previous)) continue;
    for (let at: Annotation | undefined = annotation; at && !ordered.has(at); at = after.get(at.id)) ordered.add(at);
  }
  for (const { annotation } of group) ordered.add(annotation);
  return [...ordered];
}

/** Annotations with times inside one of the tier above belong to that. */
function linkIncluded(tiers: readonly SlottedTier[]): void {
  const byName = new Map(tiers.map((one) => [one.tier.id, one]));
  for (const { tier, annotations } of tiers) {
    const above = byName.get(tier.parent ?? '');
    if (!above || above.tier === tier) continue;
    const parents = above.annotations.map(({ annotation }) => annotation).filter(({ start }) => start !== undefined);
    parents.sort((a, b) => a.start! - b.start!);
    for (const { annotation } of annotations) {
      if (annotation.parent !== undefined || annotation.start === undefined) continue;
      const parent = lastStartingBy(parents, (annotation.start + annotation.end!) / 2);
      if (parent?.id !== undefined) annotation.parent = parent.id;
    }
  }
}

function lastStartingBy(sorted: readonly Annotation[], time: number): Annotation | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.start! <= time) low = middle + 1;
    else high = middle;
  }
  const found = sorted[low - 1];
  return found && found.end! >= time ? found : undefined;
}
