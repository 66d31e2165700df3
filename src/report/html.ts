/** Text made safe inside elements and quoted attributes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${(100 * share).toFixed(digits)}\u00a0%` : '–';

export const interval = ([low, high]: readonly [number, number]): string =>
  `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`;

/** Thousands apart by thin spaces, as in 12 345. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** Tokens that are no letter, in words. */
export const tokenName = (token: string): string => (token === '' ? 'nothing' : token === '|' ? 'word break' : token);

/** A small heading's section; empty content gives nothing at all. */
export function section(id: string, title: string, content: string): string {
  return content === '' ? '' : `<section id="${id}"><h2>${escape(title)}</h2>${content}</section>`;
}
