import { codePointsOf } from './code-points.ts';
import { graphemes } from './graphemes.ts';
import { ipaSegments } from './ipa.ts';

/** A grapheme that texts are written with, or may be. */
export interface ProposedGrapheme {
  grapheme: string;
  count: number;
  /** `U+0074 U+0361 U+0255`: what can't be told apart by eye. */
  codePoints: string;
  /** What a person should look at. */
  notes: ProfileNote[];
  /** Utterances that have it, a few of those with a rare one. */
  places: string[];
}

export type ProfileNote = 'multigraph' | 'rare' | 'other-script' | 'mixed-forms' | 'mark';

/** Spellings of one sound by two or three letters that many orthographies share. */
const MULTIGRAPHS = [
  ...['tch', 'sch', 'ngw', 'nkw', 'ngb', 'nkp', 'tsh', 'dzh', 'ndz', 'nts', 'nch', 'ŋgb', 'ŋkp'],
  ...['ch', 'sh', 'zh', 'th', 'dh', 'kh', 'gh', 'ph', 'bh', 'ts', 'dz', 'ny', 'ng', 'gn', 'ly', 'kp', 'gb', 'mb', 'nd'],
  ...[
    'nj',
    'mp',
    'nt',
    'nk',
    'kw',
    'gw',
    'qu',
    'hw',
    'tl',
    'dl',
    'ss',
    'rr',
    'll',
    'aa',
    'ee',
    'ii',
    'oo',
    'uu',
    'bv',
    'pf',
  ],
];
/** A pair that stands less often, or whose first letter is mostly followed by others, is two letters by chance. */
const LEAST_COUNT = 5;
const LEAST_SHARE = 0.25;
const RARE = 3;
const MOST_PLACES = 5;

/**
 * Proposes an orthography profile for texts: each grapheme with its count, and what a person should look at — likely
 * multigraphs, letters of another script, one letter stored in two ways, rare signs with the places that have them.
 * @param texts normalised, as they are to be learnt; `raw` as they stand in the file
 * @param options.ipa whether they are in the International Phonetic Alphabet: tie bars and modifiers join letters
 */
export function proposeProfile(
  texts: Iterable<{ id: string; text: string; raw: string }>,
  { ipa = false }: { ipa?: boolean } = {},
): ProposedGrapheme[] {
  const words = new Map<string, { count: number; ids: string[] }>();
  const mixed = new Set<string>();
  for (const { id, text, raw } of texts) {
    for (const found of raw.matchAll(/\P{M}\p{M}+/gu))
      if (found[0].normalize('NFC') !== found[0]) mixed.add(found[0].normalize('NFC'));
    for (const word of text.split(' ').filter((one) => one !== '')) {
      const known = words.get(word) ?? { count: 0, ids: [] };
      known.count++;
      if (known.ids.length < MOST_PLACES) known.ids.push(id);
      words.set(word, known);
    }
  }
  const multigraphs = ipa ? [] : likelyMultigraphs(words);
  const split = (word: string): string[] => (ipa ? ipaSegments(word) : graphemes(word, multigraphs));
  return described(counted(words, split), mixed, multigraphs);
}

type Words = ReadonlyMap<string, { count: number; ids: string[] }>;

function likelyMultigraphs(words: Words): string[] {
  const [sequences, letters] = [new Map<string, number>(), new Map<string, number>()];
  for (const [word, { count }] of words) {
    const parts = graphemes(word.toLowerCase());
    parts.forEach((part, i) => {
      letters.set(part, (letters.get(part) ?? 0) + count);
      for (const length of [2, 3]) {
        const sequence = parts.slice(i, i + length);
        if (sequence.length < length) continue;
        const joined = sequence.join('');
        sequences.set(joined, (sequences.get(joined) ?? 0) + count);
      }
    });
  }
  return MULTIGRAPHS.filter((candidate) => {
    const count = sequences.get(candidate) ?? 0;
    return count >= LEAST_COUNT && count >= LEAST_SHARE * (letters.get(candidate[0]!) ?? 0);
  });
}

function counted(words: Words, split: (word: string) => string[]): Map<string, { count: number; places: Set<string> }> {
  const counts = new Map<string, { count: number; places: Set<string> }>();
  for (const [word, { count, ids }] of words)
    for (const grapheme of split(word)) {
      const known = counts.get(grapheme) ?? { count: 0, places: new Set<string>() };
      known.count += count;
      for (const id of ids) if (known.places.size < MOST_PLACES) known.places.add(id);
      counts.set(grapheme, known);
    }
  return counts;
}

function described(
  counts: ReadonlyMap<string, { count: number; places: ReadonlySet<string> }>,
  mixed: ReadonlySet<string>,
  multigraphs: readonly string[],
): ProposedGrapheme[] {
  const script = mainScript(counts);
  return [...counts]
    .map(([grapheme, { count, places }]) => {
      const is: Record<ProfileNote, boolean> = {
        multigraph: multigraphs.includes(grapheme) || Array.from(grapheme.replace(/\p{M}/gu, '')).length > 1,
        rare: count <= RARE,
        'other-script': script !== undefined && /\p{L}/u.test(grapheme) && ofOtherScript(grapheme, script),
        'mixed-forms': mixed.has(grapheme) && grapheme.length === 1,
        mark: /^\p{M}+$/u.test(grapheme),
      };
      const notes = (Object.keys(is) as ProfileNote[]).filter((note) => is[note]);
      const wanted = is.rare || is['other-script'] || is.mark;
      return { grapheme, count, codePoints: codePointsOf(grapheme), notes, places: wanted ? [...places] : [] };
    })
    .sort((a, b) => b.count - a.count || (a.grapheme < b.grapheme ? -1 : 1));
}

const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Ethiopic',
  'Armenian',
  'Georgian',
].map((name) => ({ name, pattern: new RegExp(`\\p{Script=${name}}`, 'u') }));

/** The script that most letters are of. */
function mainScript(counts: ReadonlyMap<string, { count: number }>): RegExp | undefined {
  const sums = SCRIPTS.map(({ pattern }) => ({
    pattern,
    sum: [...counts].reduce((sum, [grapheme, { count }]) => sum + (pattern.test(grapheme) ? count : 0), 0),
  }));
  const best = sums.reduce((a, b) => (b.sum > a.sum ? b : a));
  return best.sum > 0 ? best.pattern : undefined;
}

const ofOtherScript = (grapheme: string, main: RegExp): boolean =>
  !main.test(grapheme) && SCRIPTS.some(({ pattern }) => pattern.test(grapheme));

/** The profile as a file that people edit: CLDF's columns, and what they should look at. */
export function profileTable(proposed: readonly ProposedGrapheme[]): string {
  const rows = proposed.map(({ grapheme, count, codePoints, notes, places }) =>
    [
      /^\p{M}/u.test(grapheme) ? `\u25cc${grapheme}` : grapheme,
      '',
      count,
      codePoints,
      notes.join(' '),
      places.join(' '),
    ].join('\t'),
  );
  return ['Grapheme\tMapping\tFrequency\tCodepoints\tNotes\tPlaces', ...rows, ''].join('\n');
}
