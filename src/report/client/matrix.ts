import { count, el, percent, tokenName } from './dom.ts';
import type { Payload } from './payload.ts';

const SIZES = [12, 20, 30, 40];

/**
 * What was said against what was written, as a heat map of the tokens with the most errors. What was right stands on
 * the diagonal in grey, so that the colour is left to the errors. A click asks for the utterances behind a cell.
 */
export function drawMatrix(place: HTMLElement, payload: Payload, choose: (confusion: number) => void): void {
  const errors = new Map<string, number>();
  for (const [said, written, times] of payload.confusions)
    for (const token of new Set([said, written])) if (token !== '') errors.set(token, (errors.get(token) ?? 0) + times);
  const all = [...errors].sort((a, b) => b[1] - a[1]).map(([token]) => token);
  if (all.length === 0) {
    place.replaceChildren(el('p', { class: 'note' }, 'Not one error.'));
    return;
  }
  const table = el('div', { class: 'scroll' });
  const readout = el('p', { class: 'note readout', 'aria-live': 'polite' });
  const sizes = SIZES.filter((_, i) => i === 0 || SIZES[i - 1]! < all.length);
  const size = el(
    'select',
    { 'aria-label': 'How many' },
    ...sizes.map((s) => el('option', { value: String(s) }, `${Math.min(s, all.length)}`)),
  );
  size.value = String(sizes.findLast((s) => s <= 20) ?? sizes[0]);
  const draw = (): void => table.replaceChildren(tableOf(payload, all.slice(0, Number(size.value)), readout, choose));
  size.addEventListener('change', draw);
  draw();
  const label = el('label', { class: 'note' }, 'the ', size, ' with the most errors');
  readout.textContent = 'Point at a cell to read it; click it for its utterances.';
  place.replaceChildren(label, table, readout);
}

function tableOf(
  payload: Payload,
  shown: string[],
  readout: HTMLElement,
  choose: (confusion: number) => void,
): HTMLElement {
  // In the order of how often they are said, so that the matrix looks the same from run to run.
  const said = new Map(payload.tokens);
  const tokens = shown.toSorted((a, b) => (said.get(b) ?? 0) - (said.get(a) ?? 0));
  const cells = new Map(
    payload.confusions.map(([reference, hypothesis, times], index) => [
      `${reference}\u0000${hypothesis}`,
      { times, index },
    ]),
  );
  const wrong = new Map<string, number>();
  for (const [reference, , times] of payload.confusions) wrong.set(reference, (wrong.get(reference) ?? 0) + times);
  const all = payload.tokens.reduce((sum, [, times]) => sum + times, 0);
  const cell = (reference: string, hypothesis: string): HTMLElement => {
    const total = reference === '' ? all : (said.get(reference) ?? 0);
    const known = reference === hypothesis ? undefined : cells.get(`${reference}\u0000${hypothesis}`);
    const times = reference === hypothesis ? total - (wrong.get(reference) ?? 0) : (known?.times ?? 0);
    const share = total > 0 ? times / total : 0;
    const td = el('td', { class: reference === hypothesis ? 'right' : times > 0 ? 'wrong' : '' });
    if (times > 0) {
      // The square root lets a confusion of one in a hundred be seen beside one of a half.
      td.style.setProperty('--share', `${Math.round(100 * Math.sqrt(Math.min(1, share)))}%`);
      td.dataset.says =
        reference === ''
          ? `${tokenName(hypothesis)} put in where nothing was said: ${count(times)} times`
          : `${tokenName(reference)} ` +
            (reference === hypothesis
              ? 'written right'
              : hypothesis === ''
                ? 'left out'
                : `written as ${tokenName(hypothesis)}`) +
            `: ${count(times)} of ${count(total)} times, ${percent(share)}`;
      if (known) td.dataset.confusion = String(known.index);
    }
    return td;
  };
  const short = (token: string): string => (token === '' ? '∅' : token === '|' ? '␣' : token);
  const head = (token: string, scope: 'row' | 'col'): HTMLElement =>
    el('th', { scope, title: tokenName(token) }, short(token));
  const both = [...tokens, ''];
  const table = el(
    'table',
    { class: tokens.length > 20 ? 'matrix small' : 'matrix' },
    el('thead', {}, el('tr', {}, el('td'), ...both.map((token) => head(token, 'col')))),
    el(
      'tbody',
      {},
      ...both.map((reference) =>
        el(
          'tr',
          {},
          head(reference, 'row'),
          ...both.map((hypothesis) => (reference === '' && hypothesis === '' ? el('td') : cell(reference, hypothesis))),
        ),
      ),
    ),
  );
  const of = (event: Event): DOMStringMap | undefined => (event.target as HTMLElement).closest('td')?.dataset;
  table.addEventListener('mouseover', (event) => {
    const says = of(event)?.says;
    if (says) readout.textContent = says;
  });
  table.addEventListener('click', (event) => {
    const confusion = of(event)?.confusion;
    if (confusion) choose(Number(confusion));
  });
  return table;
}
