import { DELIMITER, BLANK, UNKNOWN } from './vocabulary.ts';

/** How often a phone was met written with a letter, over many languages: phone → letter → times. */
export type Spelling = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A sentence in letters, and its phones with `|` between words. */
export interface Spoken {
  text: string;
  phones: readonly string[];
}

const ROUNDS = 8;
/**
 * How fast a letter's chance to stand for a phone falls with their distance in the word: both go from left to right.
 */
const STEEPNESS = 6;
/** Met less often than this, a pair is taken for a mistake. */
const FEWEST = 0.5;
/** What every letter has of every phone: a language may surprise. */
const FLOOR = 0.003;

/**
 * Learns which letters stand for which phones, by expectation maximisation: each letter of a word is written for one of
 * its phones (IBM model 1, Brown et al. 1993, with the order of both as a prior). Sentences of which text and phones
 * have another number of words are left out.
 */
export function learnSpelling(sentences: Iterable<Spoken>): Spelling {
  const words = countWords(sentences);
  let chances = new Map<string, Map<string, number>>();
  let counts = chances;
  for (let round = 0; round < ROUNDS; round++) {
    counts = new Map();
    for (const { phones, letters, times } of words.values()) alignWord(phones, letters, times, chances, counts);
    chances = new Map([...counts].map(([phone, row]) => [phone, shares(row)]));
  }
  const kept = [...counts].map(
    ([phone, row]) =>
      [
        phone,
        [...row]
          .filter(([, times]) => times >= FEWEST)
          .map(([letter, times]) => [letter, Number(times.toFixed(1))] as const),
      ] as const,
  );
  return Object.fromEntries(
    kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([phone, row]) => [phone, Object.fromEntries(row)]),
  );
}

/**
 * Where a head starts that spells an encoder's phones: of each phone, the logarithm of each token's share.
 * Blank and word break stay what they are; a token that is a phone itself is that phone; a letter with marks that was
 * never met counts as the one without.
 * @param phones what the encoder writes
 * @param tokens what the head writes
 * @returns [phones, tokens]
 */
export function spellingTable(
  spelling: Spelling,
  phones: readonly string[],
  tokens: readonly string[],
  unit: 'graphemes' | 'phones' = 'graphemes',
): Float32Array {
  const table = new Float32Array(phones.length * tokens.length);
  phones.forEach((phone, row) => {
    const itself = unit === 'phones' || phone === BLANK || phone === DELIMITER || phone === UNKNOWN;
    const times = tokens.map((token) => (itself ? Number(token === phone) : timesOf(token, of(spelling, phone) ?? {})));
    const total = times.reduce((a, b) => a + b, 0);
    times.forEach(
      (value, column) => (table[row * tokens.length + column] = Math.log((total > 0 ? value / total : 0) + FLOOR)),
    );
  });
  return table;
}

interface Word {
  phones: readonly string[];
  letters: readonly string[];
  times: number;
}

function countWords(sentences: Iterable<Spoken>): Map<string, Word> {
  const words = new Map<string, Word>();
  for (const { text, phones } of sentences) {
    const written = text
      .toLowerCase()
      .split(/[\s\p{Pd}/_.,:;]+/u)
      .map((word) => word.match(/[\p{L}\p{M}]/gu) ?? [])
      .filter((letters) => letters.length > 0);
    const spoken = wordsOf(phones);
    if (written.length !== spoken.length) continue;
    written.forEach((letters, i) => {
      const key = `${letters.join('')} ${spoken[i]!.join(' ')}`;
      const known = words.get(key);
      if (known) known.times++;
      // Far more letters than phones are an abbreviation or a number read out.
      else if (letters.length <= 2.5 * spoken[i]!.length + 2) words.set(key, { phones: spoken[i]!, letters, times: 1 });
    });
  }
  return words;
}

function wordsOf(phones: readonly string[]): string[][] {
  const words: string[][] = [[]];
  for (const phone of phones) {
    if (phone === DELIMITER) words.push([]);
    else words.at(-1)!.push(phone);
  }
  return words.filter((word) => word.length > 0);
}

/** Gives each letter's count to the phones of its word, by their chances. */
function alignWord(
  phones: readonly string[],
  letters: readonly string[],
  times: number,
  chances: ReadonlyMap<string, ReadonlyMap<string, number>>,
  counts: Map<string, Map<string, number>>,
): void {
  const weights = new Float64Array(phones.length);
  letters.forEach((letter, j) => {
    let sum = 0;
    phones.forEach((phone, i) => {
      const distance = Math.abs((i + 0.5) / phones.length - (j + 0.5) / letters.length);
      weights[i] = (chances.size === 0 ? 1 : (chances.get(phone)?.get(letter) ?? 0)) * Math.exp(-STEEPNESS * distance);
      sum += weights[i];
    });
    if (sum === 0) return;
    phones.forEach((phone, i) => {
      let row = counts.get(phone);
      if (!row) counts.set(phone, (row = new Map<string, number>()));
      row.set(letter, (row.get(letter) ?? 0) + (times * weights[i]!) / sum);
    });
  });
}

function shares(row: ReadonlyMap<string, number>): Map<string, number> {
  const total = [...row.values()].reduce((a, b) => a + b, 0);
  return new Map([...row].map(([letter, times]) => [letter, times / total]));
}

/** Of a grapheme of several letters: of its first. */
function timesOf(token: string, row: Readonly<Record<string, number>>): number {
  const small = token.toLowerCase();
  const [first = ''] = small.normalize('NFC');
  const [bare = ''] = small.normalize('NFD');
  return of(row, small) ?? of(row, first) ?? of(row, bare) ?? 0;
}

/** A token may be called `constructor`. */
const of = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
