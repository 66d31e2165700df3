import { plainText } from './coverage.ts';
import { findingOn, type Finding } from './finding.ts';
import type { Measured } from './measure.ts';

/** Utterances that have the same text, or the same but for one word. */
export interface Alike {
  what: 'same text' | 'one word apart';
  /** Ids. */
  items: string[];
  /** As transcribed; of the same text the first alone. */
  texts: string[];
}

/** Shorter texts are alike by chance. */
const LEAST_WORDS = 4;
/** Of the shorter one. */
const MOST_OVERLAP = 0.5;

/**
 * Texts that come more than once, and such as differ in one word (another, one more, one less); the most frequent
 * first.
 */
export function alikeTexts(measured: readonly Measured[]): Alike[] {
  const byText = new Map<string, Measured[]>();
  for (const one of measured) push(byText, plainText(one.utterance.text), one);
  byText.delete('');
  const same = [...byText.values()]
    .filter((group) => group.length > 1)
    .map((group): Alike => ({ what: 'same text', items: idsOf(group), texts: [group[0]!.utterance.text] }));
  const near = oneWordApart([...byText.keys()]).map((texts): Alike => {
    const groups = texts.map((text) => byText.get(text)!);
    return { what: 'one word apart', items: idsOf(groups.flat()), texts: groups.map(([one]) => one!.utterance.text) };
  });
  return [...same, ...near].sort((a, b) => b.items.length - a.items.length);
}

/** Two texts that differ in one word are the same once the right word is left out of each. */
function oneWordApart(texts: readonly string[]): string[][] {
  const withHole = new Map<string, Set<string>>();
  const add = (key: string, text: string): void => {
    const known = withHole.get(key);
    if (known) known.add(text);
    else withHole.set(key, new Set([text]));
  };
  for (const text of texts) {
    const words = text.split(' ');
    if (words.length < LEAST_WORDS) continue;
    // Where the word stood matters if another stands there; if there is none, it doesn't.
    add(text, text);
    for (let i = 0; i < words.length; i++) {
      add([...words.slice(0, i), '', ...words.slice(i + 1)].join(' '), text);
      add([...words.slice(0, i), ...words.slice(i + 1)].join(' '), text);
    }
  }
  const groups = new Map<string, string[]>();
  for (const [key, group] of withHole) {
    // Two of which a word each is left out are one word apart only if it is the same place.
    const near = key.includes('  ') || key.startsWith(' ') || key.endsWith(' ') || group.has(key) ? [...group] : [];
    if (near.length > 1) groups.set([...near].sort().join('\n'), near);
  }
  return [...groups.values()];
}

/** The same sound twice, and utterances of one speaker that lie over each other. */
export function doubleFindings(measured: readonly Measured[]): Finding[] {
  return [...sameSound(measured), ...overlapping(measured)];
}

function sameSound(measured: readonly Measured[]): Finding[] {
  const bySound = new Map<string, Measured[]>();
  for (const one of measured) push(bySound, one.hash, one);
  return [...bySound.values()].flatMap(([first, ...others]) =>
    others.map((other) => {
      const same = plainText(first!.utterance.text) === plainText(other.utterance.text);
      const what = `the same sound as ${first!.utterance.id}`;
      return findingOn(other, 'warning', same ? `${what}: it counts twice` : `${what}, with another transcript`);
    }),
  );
}

function overlapping(measured: readonly Measured[]): Finding[] {
  const byVoice = new Map<string, Measured[]>();
  for (const one of measured) {
    const { audio, speaker, start, track, channel } = one.utterance;
    if (start !== undefined) push(byVoice, JSON.stringify([audio, track, channel, speaker]), one);
  }
  const startOf = ({ utterance }: Measured): number => utterance.start!;
  const endOf = (one: Measured): number => startOf(one) + one.quality.duration;
  return [...byVoice.values()].flatMap((own) => {
    own.sort((a, b) => startOf(a) - startOf(b));
    return own.flatMap((one, i) => {
      const before = own[i - 1];
      if (!before || one.hash === before.hash) return [];
      const shorter = Math.min(one.quality.duration, before.quality.duration);
      if (Math.min(endOf(before), endOf(one)) - startOf(one) <= MOST_OVERLAP * shorter) return [];
      return [findingOn(one, 'warning', `most of it is in ${before.utterance.id} too: are both times right?`)];
    });
  });
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

const idsOf = (group: readonly Measured[]): string[] => group.map(({ utterance }) => utterance.id);
