/** Text of others' files as a terminal may show it: without control characters, which could be commands to it. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, (sign) => (/\s/.test(sign) ? ' ' : '\uFFFD'));
