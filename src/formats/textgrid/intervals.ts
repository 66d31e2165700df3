import type { Annotation, Tier } from '../annotation.ts';
import { replaceSigns, type Notes } from '../notes.ts';
import type { TierLayout } from './layout.ts';

type Item = TierLayout['items'][number];
export type FilledTier = Omit<TierLayout, 'from' | 'to'>;

/** Times closer than this are one. */
const SAME = 1e-6;
/** Praat has no intervals without length. */
const SHORTEST = 0.001;

/**
 * Tiers as Praat wants them: intervals one after another without gap or overlap from the grid's start to its end. What
 * overlaps comes into a further tier of the same name with a number; what has no time can't be written and is counted.
 */
export function fillTiers(tiers: readonly Tier[], grid: { start: number; end: number }, notes: Notes): FilledTier[] {
  return tiers.flatMap((tier): FilledTier[] => {
    const name = sayable(tier.id, notes);
    const timed = tier.annotations.filter(
      (annotation): annotation is Timed => annotation.start !== undefined && annotation.end !== undefined,
    );
    notes.add(
      'skipped',
      `annotations of ${tier.id} have no times and were left out`,
      undefined,
      tier.annotations.length - timed.length,
    );
    const items = timed.map(({ start, end, text, line }) => ({
      start,
      end,
      text: sayable(text, notes),
      line: line ?? 1,
    }));
    items.sort((a, b) => a.start - b.start);
    if (tier.kind === 'point') return [{ points: true, name, items: apart(items) }];
    notes.add(
      'skipped',
      `annotations of ${tier.id} have no text: for Praat they are gaps`,
      undefined,
      items.filter(({ text }) => text === '').length,
    );
    return layersOf(items).map((layer, i) => {
      if (i > 0) notes.add('overlap', `what overlaps in ${tier.id} stands in ${tier.id} (${i + 1})`);
      return { points: false, name: i === 0 ? name : `${name} (${i + 1})`, items: withGaps(layer, grid) };
    });
  });
}

type Timed = Annotation & { start: number; end: number };

const sayable = (text: string, notes: Notes): string =>
  replaceSigns(text, /\0|\p{Surrogate}/gu, '\uFFFD', 'a character that Praat can’t hold became U+FFFD', notes);

/** Points at one time: the later ones a little later. */
function apart(items: readonly Item[]): Item[] {
  let last = -Infinity;
  return items.map((item) => {
    last = item.start > last ? item.start : last + SAME;
    return { ...item, start: last, end: last };
  });
}

/** Each layer is free of overlaps. */
function layersOf(items: readonly Item[]): Item[][] {
  const layers: Item[][] = [[]];
  for (const item of items) {
    let layer = layers.find((one) => item.start > (one.at(-1)?.end ?? -Infinity) - SAME);
    if (!layer) layers.push((layer = []));
    const before = layer.at(-1)?.end ?? item.start;
    const start = Math.abs(item.start - before) < SAME ? before : item.start;
    layer.push({ ...item, start, end: item.end > start ? item.end : start + SHORTEST });
  }
  return layers;
}

function withGaps(items: readonly Item[], { start, end }: { start: number; end: number }): Item[] {
  const filled: Item[] = [];
  let at = start;
  for (const item of items) {
    if (item.start > at) filled.push({ start: at, end: item.start, text: '', line: 1 });
    filled.push(item);
    at = item.end;
  }
  if (at < end || filled.length === 0) filled.push({ start: at, end, text: '', line: 1 });
  return filled;
}

/** From the grid's start to the end of what is longest. */
export function spanOf(
  tiers: readonly Tier[],
  span: { start: number; end: number } | undefined,
): { start: number; end: number } {
  let { start, end } = span ?? { start: 0, end: 0 };
  for (const { annotations } of tiers) {
    for (const annotation of annotations) {
      start = Math.min(start, annotation.start ?? start);
      end = Math.max(end, annotation.end ?? end, (annotation.start ?? start) + SHORTEST);
    }
  }
  return { start, end: Math.max(end, start + SHORTEST) };
}
