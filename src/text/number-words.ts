import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

/** Says numbers of one language. */
export interface NumberWords {
  /** @param value digits, with `-` before and `.5` behind them where wanted */
  cardinal(value: string): string;
  /** Masculine, where the language has genders. */
  ordinal(value: string): string;
}

const known = new Map<string, NumberWords | undefined>();

/**
 * The number words of a language, by n2words: of the variant that is asked for, else of the plain one (fr → France's).
 * Undefined where it has none.
 * @param language BCP 47
 */
export function numberWordsOf(language: string): NumberWords | undefined {
  if (!known.has(language)) known.set(language, load(language));
  return known.get(language);
}

type Spell = (value: string, options?: { formal: boolean }) => string;

function load(language: string): NumberWords | undefined {
  const wanted = likely(language === 'no' ? 'nb' : language);
  const locale = wanted && variantOf(wanted);
  if (!locale) return undefined;
  const { toCardinal, toOrdinal } = require(`n2words/${locale}`) as { toCardinal: Spell; toOrdinal: Spell };
  // Else Chinese comes in the characters of bank notes.
  const options = wanted.language === 'zh' ? { formal: false } : undefined;
  const mend = (words: string): string =>
    (CORRECTIONS[`${wanted.language}-${wanted.region}`] ?? CORRECTIONS[wanted.language] ?? []).reduce(
      (text, [wrong, right]) => text.replace(typeof wrong === 'string' ? new RegExp(wrong, 'g') : wrong, right),
      words,
    );
  return {
    cardinal: (value) => mend(toCardinal(value, options)),
    ordinal: (value) => mend(toOrdinal(value, options)),
  };
}

/** What n2words 4.0 has wrong: an accent, a Latin letter in Cyrillic, Portugal's words for Brazil. */
const CORRECTIONS: Readonly<Record<string, readonly (readonly [string | RegExp, string])[]>> = {
  es: [['dieciseis', 'dieciséis']],
  uk: [['i', 'і']],
  zh: [[/^一十/, '十']],
  'pt-BR': [
    ['dezasseis', 'dezesseis'],
    ['dezassete', 'dezessete'],
    ['dezanove', 'dezenove'],
  ],
};

/** Variants that count otherwise than the plain language, and that n2words doesn't have: huitante, nonante. */
const NOT_THERE = new Set(['fr-CH']);

function variantOf(wanted: Intl.Locale): string | undefined {
  if (NOT_THERE.has(`${wanted.language}-${wanted.region}`)) return undefined;
  const variants = locales().filter(
    ({ locale }) => locale.language === wanted.language && locale.script === wanted.script,
  );
  const plain = likely(wanted.language)!.region;
  const inRegion = (region: string | undefined) => variants.find(({ locale }) => locale.region === region);
  const found = inRegion(wanted.region) ?? inRegion(plain) ?? (variants.length === 1 ? variants[0] : undefined);
  return found?.name;
}

let all: { name: string; locale: Intl.Locale }[] | undefined;

/** n2words has a module a locale: it-IT, sr-Cyrl-RS. */
function locales(): { name: string; locale: Intl.Locale }[] {
  all ??= readdirSync(path.join(path.dirname(require.resolve('n2words/package.json')), 'src'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => ({ name: name.slice(0, -3), locale: likely(name.slice(0, -3))! }));
  return all;
}

/** A language with its most likely script and region. */
function likely(language: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(language).maximize();
  } catch {
    return undefined;
  }
}
