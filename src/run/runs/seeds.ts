import { permutationTest, spreadOf, type Spread } from '../../evaluate/spread.ts';
import { recipeHash } from '../../recipe/hash.ts';
import type { Recipe } from '../../recipe/schema.ts';
import type { RunSummary } from './summary.ts';

/** Runs that only the seed parts. Rates are shares, on test. */
export interface SeedGroup {
  runs: string[];
  seeds: number[];
  cer: Spread;
  wer: Spread;
}

/** Whether two recipes differ by more than their seeds make them differ. */
export interface SeedVerdict {
  a: number;
  b: number;
  /** Of mean CER; positive where B is better. */
  difference: number;
  /** By the exact permutation test. */
  p: number;
  verdict: string;
}

const [SURE, LEAST_SEEDS] = [0.05, 4];

/** Runs by recipe, in the order in which recipes come; tested on the same, or apart. */
export function seedGroups(runs: readonly RunSummary[], recipes: readonly Recipe[]): SeedGroup[] {
  const groups = new Map<string, RunSummary[]>();
  runs.forEach((run, i) => {
    const key = `${recipeHash({ ...recipes[i]!, seed: 0 })} ${run.tested}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  });
  return [...groups.values()].map((members) => ({
    runs: members.map(({ folder }) => folder),
    seeds: members.map(({ seed }) => seed),
    cer: spreadOf(members.map(({ test }) => test!.cer)),
    wer: spreadOf(members.map(({ test }) => test!.wer)),
  }));
}

/** Each group against the first, where both have several seeds. */
export function seedVerdicts(groups: readonly SeedGroup[], runs: readonly RunSummary[]): SeedVerdict[] {
  const cerOf = (group: SeedGroup): number[] =>
    runs.filter(({ folder }) => group.runs.includes(folder)).map(({ test }) => test!.cer);
  const [first, ...others] = groups;
  if (!first || first.cer.count < 2) return [];
  return others.flatMap((other, i): SeedVerdict[] => {
    if (other.cer.count < 2) return [];
    const difference = first.cer.mean - other.cer.mean;
    const p = permutationTest(cerOf(first), cerOf(other));
    return [{ a: 0, b: i + 1, difference, p, verdict: verdictOf(first.cer, other.cer, difference, p) }];
  });
}

function verdictOf(a: Spread, b: Spread, difference: number, p: number): string {
  const points = (share: number): string => (100 * share).toFixed(1);
  const better = difference > 0 ? 'B' : 'A';
  const claim =
    `${better} is better by ${points(Math.abs(difference))} points of CER, where seeds alone make ` +
    `${points(a.deviation)} and ${points(b.deviation)} (standard deviations of ${a.count} and ${b.count}), ` +
    `p = ${p.toFixed(3)}`;
  if (difference === 0) return 'A and B have the same mean CER.';
  if (p <= SURE) return `${claim}: more than seeds explain.`;
  const few = Math.min(a.count, b.count) < LEAST_SEEDS ? '; with fewer than four seeds each nothing can be told' : '';
  return `${claim}: no more than seeds may explain${few}.`;
}
