import { literal } from './letters.ts';

/** A number as its signs say it. */
export interface WrittenNumber {
  /** Before the decimal sign. */
  digits: string;
  /** Behind it. */
  fraction: string;
  /** Whether thousands were set apart. */
  grouped: boolean;
}

interface Separators {
  group: string;
  decimal: string;
  /** Digits with whatever may stand between them, in and out of numbers. */
  pattern: RegExp;
}

/** Spaces that don't break, and the apostrophe of Swiss numbers. */
const GROUPS = "\\u00a0\\u202f\\u2009'’";
const MOST_DIGITS = 9;
const known = new Map<string, Separators>();

/** How a language sets thousands and decimals apart, by CLDR. */
export function separatorsOf(language: string): Separators {
  let separators = known.get(language);
  if (!separators) {
    const parts = formatOf(language).formatToParts(1234567.5);
    const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
    const [group, decimal] = [of('group'), of('decimal')];
    // A language that sets thousands apart by a space may have the plain one there.
    const space = /\s/.test(group) ? '| (?=[0-9]{3}(?![0-9]))' : '';
    const pattern = new RegExp(`[0-9]+(?:(?:[.,:/٬٫–—-]|[${GROUPS}]${space})[0-9]+)*`, 'gu');
    known.set(language, (separators = { group, decimal, pattern }));
  }
  return separators;
}

/** Reads digits with their signs; undefined where they are no number as the language writes one. */
export function readNumber(written: string, language: string): WrittenNumber | undefined {
  const { group, decimal } = separatorsOf(language);
  const text = written.replaceAll('٬', group).replaceAll('٫', decimal);
  const [, whole = '', fraction = ''] = new RegExp(`^(.*?)(?:${literal(decimal)}([0-9]+))?$`, 'su').exec(text) ?? [];
  const between = new Set(whole.match(/[^0-9]/gu) ?? []);
  const digits = whole.replace(/[^0-9]/gu, '');
  const grouped = between.size > 0;
  if (digits === '' || between.size > 1 || (digits.length > 1 && digits.startsWith('0'))) return undefined;
  if (!grouped) return digits.length > MOST_DIGITS ? undefined : { digits, fraction, grouped };
  const [sign] = [...between] as [string];
  const isGroup = sign === group || new RegExp(`[${GROUPS}]`, 'u').test(sign) || (sign === ' ' && /\s/.test(group));
  // Grouped as the language does it: India’s 1,00,000.
  const regrouped = formatOf(language).format(BigInt(digits)).replaceAll(group, sign);
  return isGroup && regrouped === whole ? { digits, fraction, grouped } : undefined;
}

const formatOf = (language: string): Intl.NumberFormat =>
  new Intl.NumberFormat(`${language}-u-nu-latn`, { useGrouping: 'always' as never });
