import { el } from './dom.ts';
import type { Payload } from './payload.ts';
import type { Sort } from './select.ts';

/** @param changed is told what to sort by, and which way */
export function sortSelect({ utterances }: Payload, changed: (by: Sort, descending: boolean) => void): HTMLElement {
  const sorts: [Sort, string, boolean][] = [
    ...(utterances.sides.length > 1
      ? ([
          ['change', 'most improved', false],
          ['change', 'most worsened', true],
        ] as [Sort, string, boolean][])
      : []),
    ['cer', 'highest CER', true],
    ['cer', 'lowest CER', false],
    ['errors', 'most errors', true],
    ['length', 'longest', true],
    ['length', 'shortest', false],
    ...(utterances.snr ? ([['snr', 'noisiest', false]] as [Sort, string, boolean][]) : []),
    ['id', 'name', false],
  ];
  const sort = el(
    'select',
    { 'aria-label': 'Sort' },
    ...sorts.map(([, name], i) => el('option', { value: String(i) }, name)),
  );
  sort.addEventListener('change', () => {
    const [by, , descending] = sorts[Number(sort.value)]!;
    changed(by, descending);
  });
  return el('label', {}, 'sort by ', sort);
}

export function graphemeBox({ tokens }: Payload, changed: (grapheme: string) => void): HTMLElement {
  const grapheme = el('input', {
    type: 'text',
    class: 'short',
    placeholder: 'any',
    list: 'graphemes',
    'aria-label': 'Has this grapheme',
    autocapitalize: 'off',
    spellcheck: 'false',
  });
  grapheme.addEventListener('input', () => changed(grapheme.value.trim()));
  const known = el(
    'datalist',
    { id: 'graphemes' },
    ...tokens
      .slice(0, 200)
      .filter(([token]) => token !== '|')
      .map(([token]) => el('option', { value: token })),
  );
  return el('label', {}, 'has ', grapheme, known);
}

/** Where there are two speakers or more. */
export function speakerSelect(
  { utterances: { speakers } }: Payload,
  changed: (speaker: string) => void,
): HTMLSelectElement | undefined {
  if (!speakers || speakers.names.length < 2) return undefined;
  const select = el(
    'select',
    { 'aria-label': 'Speaker' },
    el('option', { value: '' }, 'all'),
    ...speakers.names.map((name) => el('option', { value: name }, name)),
  );
  select.addEventListener('change', () => changed(select.value));
  return select;
}

export function checkbox(name: string, changed: (on: boolean) => void): HTMLElement {
  const input = el('input', { type: 'checkbox' });
  input.addEventListener('change', () => changed(input.checked));
  return el('label', {}, input, ` ${name}`);
}
