import { InputError } from '../support/errors.ts';
import { rate, tokenCounts, wordCounts, type AlignedPair } from './score.ts';

export const BREAKDOWNS = ['speaker', 'seen', 'length', 'snr', 'file', 'tier'] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

/** Scores of the utterances that have something in common. Rates are shares. */
export interface Group {
  group: string;
  utterances: number;
  words: number;
  wer: number;
  cer: number;
}

/** Bands of reference words, of about equal width in logarithm. */
const LENGTHS: readonly [least: number, name: string][] = [
  [21, '21 words and more'],
  [11, '11–20 words'],
  [6, '6–10 words'],
  [3, '3–5 words'],
  [1, '1–2 words'],
  [0, 'no word'],
];
const SNR_STEP = 5;
const WHAT: Partial<Record<Breakdown, string>> = {
  snr: 'has a signal-to-noise ratio (snr)',
  seen: 'says whether training has heard its speaker (speaker_seen)',
};

/**
 * Scores by speaker, by whether training has heard the speaker, by length (in words of the reference), SNR (bands of 5
 * dB), recording or tier. Groups come in their own order: names by the alphabet, bands by size.
 * @throws InputError when no utterance has what is asked for
 */
export function breakDown(pairs: readonly AlignedPair[], by: Breakdown): Group[] {
  const keyed = pairs.map((pair) => ({ pair, key: keyOf(pair, by) }));
  if (keyed.length > 0 && keyed.every(({ key }) => key === undefined))
    throw new InputError(
      `no record ${WHAT[by] ?? `has a ${by}`}`,
      `Give each record of the hypotheses a field ${by === 'seen' ? 'speaker_seen' : by}, or leave --by ${by} out.`,
    );
  const groups = new Map<string, { order: number; pairs: AlignedPair[] }>();
  for (const { pair, key = { name: 'unknown', order: Infinity } } of keyed) {
    const group = groups.get(key.name);
    if (group) group.pairs.push(pair);
    else groups.set(key.name, { order: key.order, pairs: [pair] });
  }
  return [...groups]
    .sort(([a, { order: first }], [b, { order: second }]) => (first === second ? (a < b ? -1 : 1) : first - second))
    .map(([group, { pairs: members }]) => ({
      group,
      utterances: members.length,
      words: members.reduce((sum, p) => sum + p.words.referenceLength, 0),
      wer: rate(members.map(wordCounts)),
      cer: rate(members.map(tokenCounts)),
    }));
}

function keyOf(pair: AlignedPair, by: Breakdown): { name: string; order: number } | undefined {
  switch (by) {
    case 'speaker':
    case 'file':
    case 'tier': {
      const name = pair[by];
      return name === undefined ? undefined : { name, order: 0 };
    }
    case 'seen':
      if (pair.speakerSeen === undefined) return undefined;
      return pair.speakerSeen ? { name: 'voices that training heard', order: 0 } : { name: 'new voices', order: 1 };
    case 'length': {
      const [least, name] = LENGTHS.find(([from]) => pair.words.referenceLength >= from)!;
      return { name, order: least };
    }
    case 'snr': {
      if (pair.snr === undefined) return undefined;
      const from = Math.floor(pair.snr / SNR_STEP) * SNR_STEP;
      return { name: `${from} to ${from + SNR_STEP} dB`, order: from };
    }
  }
}
