/** Text made safe inside elements and quoted attributes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

export const interval = ([low, high]: readonly [number, number]): string => `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`;
