import type { TierGroup } from './tier-groups.ts';

/** Names that projects give to what is said, in the languages of the handbooks. */
const TRANSCRIPT_NAMES = [
  'tx|txt|text|trs|transcri.*|transkri.*|utt|utterances?|phrases?|sentences?|ort|orth.*|vernacular|verbatim',
  'practical|énoncés?|enunciado|oraci[oó]n|frases?|sätze?|satz',
].join('|');
const TRANSCRIPT = new RegExp(`^(${TRANSCRIPT_NAMES})$`);
const SOUNDS = /^(ipa|phonetic|phonemic|phonology|phon|speech|segments?|default)$/;
/** Of something else; `auto`: a recogniser's draft. */
const ABOUT_NAMES = [
  'auto|ft|fte|ftr|gls|gloss|glosses|ge|gl|lit|translations?|traduc.*|trad|free|english|en|eng|french|fr',
  'fra|spanish|es|spa|esp|indonesian|german|de|notes?|comments?|cmt|ref|id|segnum|pos|ps|msa|mb|mor|morphs?',
  'mph|cf|hn|gra|confidence|events?|sections?|gestures?|hands?|gaze|translat.*',
].join('|');
const ABOUT = new RegExp(`^(${ABOUT_NAMES})$`);
const PARTS = /^(words?|wd|mots?|tokens?|syll.*|phones?|phonemes?|mau|kan|palabras?|wort|wörter)$/;

export interface Guess {
  /** The likeliest first. */
  groups: TierGroup[];
  /** Whether the first can be taken without asking. */
  sure: boolean;
}

/**
 * Which tiers hold what is said in utterances, by their names and types, by how they hang together and by what stands
 * in them.
 */
export function guessTier(groups: readonly TierGroup[]): Guess {
  const most = Math.max(1, ...groups.map(({ annotations }) => annotations));
  const scored = groups
    .filter(({ annotations, untimed }) => annotations > untimed)
    .map((group) => ({ group, score: likelihood(group, most) }))
    .sort((a, b) => b.score - a.score);
  const [first, second] = scored;
  return {
    groups: scored.map(({ group }) => group),
    sure: first !== undefined && first.score > 0 && (second === undefined || first.score - second.score >= 1.5),
  };
}

function likelihood(group: TierGroup, most: number): number {
  const { annotations, words, labels, constraint } = group;
  const byWords = words / annotations >= 2 ? 1.5 : words / annotations < 1.3 ? -1 : 0;
  const asPart = constraint && constraint !== 'Symbolic_Association' ? -2 : constraint ? 0 : 1;
  return byName(group) + byWords + asPart + annotations / most - (labels / annotations > 0.7 ? 5 : 0);
}

/** The name says more than the type, and what speaks against it more than what speaks for it. */
function byName({ name, types }: TierGroup): number {
  const parts = (text: string): string[] => text.toLowerCase().split(/[^\p{L}\p{M}]+/u);
  const scoreOf = (tokens: readonly string[]): number => {
    if (tokens.some((token) => ABOUT.test(token)) && !/phrase-txt/.test(tokens.join('-'))) return -4;
    if (tokens.some((token) => PARTS.test(token))) return -2;
    if (tokens.some((token) => TRANSCRIPT.test(token))) return 3;
    return tokens.some((token) => SOUNDS.test(token)) ? 2 : 0;
  };
  const own = scoreOf(parts(name.replace(/^type:/, '')));
  return own !== 0 ? own : scoreOf(types.flatMap(parts)) / 2;
}
