import { Random } from '../../support/random.ts';
import { secondsOf, sessionOf, type Spoken } from './spoken.ts';

/** What stays together when a part is drawn. `time` is a stretch of a recording: see by-time.ts. */
export type Level = 'speaker and recording' | 'speaker' | 'session' | 'recording' | 'text' | 'time' | 'utterance';

/**
 * A chain of recordings that hangs together only by texts (“yes” in each of them) may be this share of all speech; a
 * longer one is taken apart into its recordings, and each text finds its part by itself.
 */
const LONGEST_CHAIN = 0.05;

/**
 * Utterances that stay together at a level, in an order that the seed draws.
 * @param entries in a fixed order
 */
export function unitsOf<S extends Spoken>(entries: readonly S[], level: Level, seed: number | string): S[][] {
  return new Random(seed).shuffle(groupsOf(entries, level));
}

function groupsOf<S extends Spoken>(entries: readonly S[], level: Level): S[][] {
  switch (level) {
    case 'speaker and recording':
      return joined(entries, (entry) => [speakerKey(entry), recordingKey(entry)]);
    case 'speaker':
      return joined(entries, (entry) => [speakerKey(entry)]);
    case 'session':
      return joined(entries, (entry) => [sessionOf(entry)]);
    case 'recording':
      return recordings(entries);
    case 'text':
      return joined(entries, (entry) => [textKey(entry)]);
    case 'time':
    case 'utterance':
      return entries.map((entry) => [entry]);
  }
}

const speakerKey = ({ speaker }: Spoken): string => (speaker === undefined ? 'unknown' : `speaker ${speaker}`);
const recordingKey = ({ recording }: Spoken): string => `recording ${recording}`;
const textKey = ({ text }: Spoken): string => `text ${text}`;

/** Recordings; those that share a text stay together, as long as that makes no long chain of them. */
function recordings<S extends Spoken>(entries: readonly S[]): S[][] {
  const longest = LONGEST_CHAIN * secondsOf(entries);
  return joined(entries, (entry) => [textKey(entry), recordingKey(entry)]).flatMap((group) =>
    isChain(group) && secondsOf(group) > longest ? joined(group, (entry) => [recordingKey(entry)]) : [group],
  );
}

function isChain(group: readonly Spoken[]): boolean {
  const first = group[0]!;
  return group.some(({ text }) => text !== first.text) && group.some(({ recording }) => recording !== first.recording);
}

/** Entries that share a key, directly or through others, belong together. */
function joined<S>(entries: readonly S[], keysOf: (entry: S) => readonly string[]): S[][] {
  const parent = entries.map((_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  const firstWith = new Map<string, number>();
  entries.forEach((entry, i) => {
    for (const key of keysOf(entry)) {
      const first = firstWith.get(key);
      if (first === undefined) firstWith.set(key, i);
      else parent[root(i)] = root(first);
    }
  });
  const groups = new Map<number, S[]>();
  entries.forEach((entry, i) => {
    const group = groups.get(root(i));
    if (group) group.push(entry);
    else groups.set(root(i), [entry]);
  });
  return [...groups.values()];
}
