/** Makes an element; children that are strings become text, never markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)}\u00a0%`;

/** Thousands apart by thin spaces. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');

export const tokenName = (token: string): string => (token === '' ? 'nothing' : token === '|' ? 'word break' : token);

/** A colour of the page's style as it is now, light or dark. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Told when light and dark change places. */
export function onTheme(listener: () => void): void {
  document.addEventListener('isogloss:theme', listener);
}
