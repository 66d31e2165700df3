import { drawStretch } from './by-time.ts';
import { draw } from './draw.ts';
import { secondsOf, speakersOf, type Part, type Spoken } from './spoken.ts';
import { TextOwners } from './texts.ts';
import { unitsOf, type Level } from './units.ts';

/** How strictly parts are kept from each other. */
export interface Plan {
  /** What test shares with no other part. */
  test: Level;
  /** What dev does not share with train. */
  dev: Level;
  /** Whether a text stands in one part only. */
  textsApart: boolean;
}

/** A session is what lies in one folder. */
export type Criterion = 'speaker' | 'session' | 'recording' | 'text' | 'time';

/** From this many speakers on, test is of speakers that no other part has, if nothing else is asked for. */
const ENOUGH_SPEAKERS = 3;
/** With fewer, dev hears voices that train hears: one to test on and one to choose by would leave train too little. */
const ENOUGH_FOR_DEV = 4;

/** Whether test is to be of speakers that training does not hear. */
export function keepsSpeakersApart(entries: readonly Spoken[], by: Criterion | undefined): boolean {
  const known = entries.filter(({ speaker }) => speaker !== undefined).length;
  const speakers = speakersOf(entries).size;
  return by === 'speaker'
    ? speakers > 1
    : by === undefined && speakers >= ENOUGH_SPEAKERS && 2 * known >= entries.length;
}

/** What is tried, the strictest first: where there is not enough speech for it, the next. */
export function plansFor(entries: readonly Spoken[], by: Criterion | undefined): Plan[] {
  const plans: Plan[] = [];
  const both = (test: Level, ...devs: Level[]): void => {
    for (const textsApart of [true, false]) for (const dev of devs) plans.push({ test, dev, textsApart });
  };
  if (keepsSpeakersApart(entries, by)) {
    const enough = speakersOf(entries).size >= ENOUGH_FOR_DEV;
    both('speaker and recording', ...(enough ? (['speaker and recording'] as const) : []), 'recording', 'time');
    both('speaker', ...(enough ? (['speaker'] as const) : []), 'recording', 'time');
  }
  if (by === 'session') both('session', 'session', 'recording', 'time');
  if (by !== 'text' && by !== 'time') both('recording', 'recording', 'time');
  if (by === 'text') both('text', 'text');
  both('time', 'time');
  plans.push({ test: 'utterance', dev: 'utterance', textsApart: false });
  return plans;
}

export interface Wanted {
  seed: number | string;
  /** Seconds of speech. */
  test: number;
  dev: number;
  /** Utterances of these texts can't stand in the part. */
  barred: (text: string, part: Part) => boolean;
}

export type Parts<S> = Record<Part, S[]>;

/**
 * Draws test, then dev; train gets all that may stand in it, in the order in which it is to be cut.
 * @param entries in a fixed order
 * @param given parts that are fixed already
 */
export function follow<S extends Spoken>(
  { test: testLevel, dev: devLevel, textsApart }: Plan,
  entries: readonly S[],
  wanted: Wanted,
  given: Partial<Parts<S>> = {},
): Parts<S> {
  const owners = new TextOwners(entries, textsApart);
  const least = Math.ceil(entries.length / 3);
  const take = (units: S[][], level: Level, part: 'dev' | 'test'): { part: S[]; left: S[][] } => {
    const usable = (unit: readonly S[]): S[] =>
      owners
        .usable(unit, part)
        .filter(({ text, speaker }) => !wanted.barred(text, part) && !(isBySpeaker(level) && speaker === undefined));
    if (level !== 'time') {
      const taken = (list: readonly S[]): void => owners.claim(list, part);
      return draw(units, { wanted: wanted[part], leave: least + (part === 'test' ? 1 : 0), usable, taken });
    }
    const drawn = drawStretch(inOrder(units.flat()), wanted[part], `${wanted.seed} ${part}`, usable);
    owners.claim(drawn.part, part);
    return { part: drawn.part, left: drawn.left.map((entry) => [entry]) };
  };

  const units = unitsOf(entries, testLevel, wanted.seed);
  const test = given.test ? { part: given.test, left: units } : take(units, testLevel, 'test');
  const again = devLevel === testLevel ? test.left : unitsOf(inOrder(test.left.flat()), devLevel, wanted.seed);
  const dev = given.dev ? { part: given.dev, left: again } : take(again, devLevel, 'dev');
  const train = owners.usable(dev.left.flat(), 'train').filter(({ text }) => !wanted.barred(text, 'train'));
  return { train, dev: dev.part, test: test.part };
}

const isBySpeaker = (level: Level): boolean => level === 'speaker' || level === 'speaker and recording';

const inOrder = <S extends Spoken>(entries: S[]): S[] => entries.sort((a, b) => (a.id < b.id ? -1 : 1));

/** Whether each part has about what it should, and what is left out is little beside what is used. */
export function isGood(parts: Parts<Spoken>, entries: readonly Spoken[], { test, dev }: Wanted): boolean {
  return (
    secondsOf(parts.test) >= test / 2 &&
    secondsOf(parts.dev) >= dev / 2 &&
    secondsOf(parts.train) >= (secondsOf(entries) - test - dev) / 2 &&
    hasAll(parts)
  );
}

export const hasAll = ({ train, dev, test }: Parts<unknown>): boolean =>
  train.length > 0 && dev.length > 0 && test.length > 0;
