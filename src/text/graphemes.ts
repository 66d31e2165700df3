/**
 * Splits a word into graphemes: with an orthography profile, the longest entry that matches (Moran & Cysouw 2018);
 * else, and where no entry matches, Unicode's grapheme clusters.
 * @param profile graphemes of more than one character, e.g. `['ng', 'gh', 'sch']`; an entry that is a mark alone
 * (`\u0301`) is taken off the letter that it stands on, and is a grapheme of its own
 * @example graphemes('ngá', ['ng', '\u0301']) // ['ng', 'a', '\u0301']
 */
export function graphemes(word: string, profile: readonly string[] = []): string[] {
  if (profile.length === 0) return clusters(word);
  const { entries, marks } = compiled(profile);
  const result: string[] = [];
  for (let rest = word; rest.length > 0;) {
    const known = entries.find((entry) => rest.startsWith(entry));
    const next = known ?? clusters(rest)[0]!;
    rest = rest.slice(next.length);
    if (known !== undefined || !marks) result.push(next);
    else result.push(...partedFrom(next, marks));
  }
  return result;
}

interface Compiled {
  /** The longest first. */
  entries: string[];
  /** What stands alone though Unicode joins it to a letter. */
  marks?: RegExp;
}

const compiledProfiles = new WeakMap<readonly string[], Compiled>();

function compiled(profile: readonly string[]): Compiled {
  let known = compiledProfiles.get(profile);
  if (!known) {
    const normal = profile.map((entry) => entry.normalize('NFC')).filter((entry) => entry !== '');
    const marks = normal.filter((entry) => /^\p{M}$/u.test(entry));
    const entries = normal.filter((entry) => !marks.includes(entry)).sort((a, b) => b.length - a.length);
    known = { entries, ...(marks.length > 0 && { marks: new RegExp(`[${marks.join('')}]`, 'gu') }) };
    compiledProfiles.set(profile, known);
  }
  return known;
}

/** A letter, then its marks that stand alone, in order. */
function partedFrom(cluster: string, marks: RegExp): string[] {
  const apart = cluster.normalize('NFD');
  const alone = apart.match(marks);
  if (!alone) return [cluster];
  const letter = apart.replace(marks, '').normalize('NFC');
  return letter === '' ? [...alone] : [letter, ...alone];
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Latin, Greek and Cyrillic letters in one character each, in which nothing joins: asking the segmenter takes twenty
 * times as long.
 */
const PLAIN = /^[\x20-\x7e\xa0-\u02ff\u0370-\u0482\u048a-\u052f]*$/;

const clusters = (text: string): string[] =>
  PLAIN.test(text) ? text.split('') : Array.from(segmenter.segment(text), (part) => part.segment);
