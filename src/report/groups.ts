import { rate as rateOfAll, tokenCounts, type AlignedPair } from '../evaluate/score.ts';
import type { ReportUtterance } from './data.ts';
import type { RateRow } from './interval-rows.ts';

/** Speakers beyond this many are left to the utterances' own filter. */
const MOST_SPEAKERS = 15;
const SECONDS = [0, 1, 2, 3, 5, 8, 12, 20, Infinity];
const DECIBELS = [-Infinity, 5, 10, 15, 20, 30, 40, 50, 60, Infinity];

/** CER by speaker, the worst first. @param newVoices speakers that training has not heard */
export function bySpeaker(utterances: readonly ReportUtterance[], newVoices: readonly string[] = []): RateRow[] {
  const groups = new Map<string, AlignedPair[]>();
  for (const { speaker, pair } of utterances)
    if (speaker !== undefined)
      groups
        .set(speaker, groups.get(speaker) ?? [])
        .get(speaker)!
        .push(pair);
  return [...groups]
    .map(([name, pairs]) => ({
      ...rateOf(pairs),
      name: newVoices.includes(name) ? `${name}, a new voice` : name,
      filter: { speaker: name },
    }))
    .sort((a, b) => b.rate - a.rate)
    .slice(0, MOST_SPEAKERS);
}

export const speakerCount = (utterances: readonly ReportUtterance[]): number =>
  new Set(utterances.flatMap(({ speaker }) => (speaker === undefined ? [] : [speaker]))).size;

/** CER by the recordings' length in seconds. */
export function byLength(utterances: readonly ReportUtterance[]): RateRow[] {
  return byRange(utterances, SECONDS, ({ pair }) => pair.seconds, 'seconds', ' s');
}

/** CER by the recordings' signal-to-noise ratio in dB. */
export function bySnr(utterances: readonly ReportUtterance[]): RateRow[] {
  return byRange(utterances, DECIBELS, ({ snrDb }) => snrDb, 'snr', ' dB');
}

function byRange(
  utterances: readonly ReportUtterance[],
  edges: readonly number[],
  valueOf: (utterance: ReportUtterance) => number | undefined,
  filter: string,
  unit: string,
): RateRow[] {
  return edges.slice(0, -1).flatMap((low, i) => {
    const high = edges[i + 1]!;
    const pairs = utterances
      .filter((u) => valueOf(u) !== undefined && valueOf(u)! >= low && valueOf(u)! < high)
      .map(({ pair }) => pair);
    if (pairs.length === 0) return [];
    const name =
      low <= 0 ? `under ${high}${unit}` : high === Infinity ? `${low}${unit} or more` : `${low}–${high}${unit}`;
    return [{ ...rateOf(pairs), name, filter: { [filter]: `${low},${high}` } }];
  });
}

/**
 * Errors over tokens, with the 95 % interval of a ratio by linearisation (Cochran 1977, §2.11): groups are many, and a
 * bootstrap of each would take longer than the page is worth.
 */
function rateOf(pairs: readonly AlignedPair[]): Pick<RateRow, 'rate' | 'interval' | 'utterances'> {
  const counts = pairs.map(tokenCounts);
  const [rate, n] = [rateOfAll(counts), counts.length];
  const tokens = counts.reduce((sum, c) => sum + c.total, 0);
  if (n < 2 || tokens === 0) return { rate, utterances: n };
  const squares = counts.reduce((sum, c) => sum + (c.errors - rate * c.total) ** 2, 0);
  const half = (1.96 * Math.sqrt((n / (n - 1)) * squares)) / tokens;
  return { rate, interval: [Math.max(0, rate - half), rate + half], utterances: n };
}
