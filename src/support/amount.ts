/** @example amount(1, 'recording') // '1 recording' */
export const amount = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
