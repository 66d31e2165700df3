import { el, tokenName } from './dom.ts';
import type { Payload } from './payload.ts';
import type { Query } from './select.ts';

export type Filter = Pick<Query, 'confusion' | 'seconds' | 'snr' | 'outcome'>;

/** What was asked for by a click elsewhere, each with a button to take it back. */
export function chipsOf(
  { confusion, seconds, snr, outcome }: Query,
  { confusions, utterances }: Payload,
  takeBack: (key: keyof Filter) => void,
): HTMLElement[] {
  const range = ([low, high]: readonly [number, number], unit: string): string =>
    low <= 0 || low === -Infinity
      ? `under ${high} ${unit}`
      : high === Infinity
        ? `${low} ${unit} or more`
        : `${low}–${high} ${unit}`;
  const kind = confusion === undefined ? undefined : confusions[confusion]!;
  const [first, second] = utterances.sides;
  const chips: [string | undefined, keyof Filter][] = [
    [kind && `${tokenName(kind[0])} → ${tokenName(kind[1])}`, 'confusion'],
    [seconds && range(seconds, 's'), 'seconds'],
    [snr && range(snr, 'dB'), 'snr'],
    [
      outcome &&
        {
          better: `fewer errors in ${second?.name}`,
          worse: `fewer errors in ${first!.name}`,
          same: 'as many errors in both',
        }[outcome],
      'outcome',
    ],
  ];
  return chips.flatMap(([text, key]) => {
    if (text === undefined) return [];
    const chip = el('button', { type: 'button', class: 'chip', 'aria-label': `Take back: ${text}` }, `${text} ×`);
    chip.addEventListener('click', () => takeBack(key));
    return [chip];
  });
}
