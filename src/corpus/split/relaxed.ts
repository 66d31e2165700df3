import { secondsOf, sessionOf, speakersOf, type Spoken } from './spoken.ts';
import type { Parts } from './plan.ts';

/** A rule that a split could not keep, and what that means for the figures. */
export interface Relaxed {
  code:
    | 'test-speakers-in-train'
    | 'test-sessions-in-train'
    | 'test-recordings-in-train'
    | 'test-texts-in-train'
    | 'dev-shares-speakers'
    | 'dev-shares-recordings'
    | 'dev-shares-texts'
    | 'speakers-unknown'
    | 'test-too-short'
    | 'dev-too-short';
  /** A plain sentence. */
  what: string;
}

type Shared = 'speaker' | 'session' | 'recording' | 'text';

interface Rules {
  /** Whether test was to be of speakers that train does not have. */
  speakersApart: boolean;
  /** Whether it was to be of sessions that train does not have. */
  sessionsApart: boolean;
  /** Seconds asked for. */
  test: number;
  dev: number;
}

/** Less than this share of what was asked for is worth a word. */
const NEARLY = 0.9;

/** Looks at the parts as they came out: what crosses that should not, and what is shorter than was asked for. */
export function relaxedIn(parts: Parts<Spoken>, rules: Rules): Relaxed[] {
  return [
    ...crossings(parts, rules),
    ...(['test', 'dev'] as const).flatMap((part): Relaxed[] => tooShort(part, secondsOf(parts[part]), rules[part])),
  ];
}

function crossings({ train, dev, test }: Parts<Spoken>, { speakersApart, sessionsApart }: Rules): Relaxed[] {
  const elsewhere = [...train, ...test];
  const shared = (part: readonly Spoken[], others: readonly Spoken[], of: Shared): number => {
    const valueOf = (entry: Spoken): string | undefined => (of === 'session' ? sessionOf(entry) : entry[of]);
    const known = new Set(others.map(valueOf));
    return part.map(valueOf).filter((value) => value !== undefined && known.has(value)).length;
  };
  const found = (code: Relaxed['code'], count: number, total: number, means: string): Relaxed[] =>
    count === 0 ? [] : [{ code, what: `${count} of ${total} ${means}` }];
  const ofTest = (of: Shared): number => shared(test, train, of);
  const ofDev = (of: Shared): number => shared(dev, elsewhere, of);
  const [t, d] = [test.length, dev.length];
  const unknown = train.filter(({ speaker }) => speaker === undefined).length;
  return [
    ...(speakersApart
      ? [
          ...found(
            'test-speakers-in-train',
            ofTest('speaker'),
            t,
            'test utterances are by speakers that training hears too: the figures hold for those voices, and are ' +
              'better than for new ones',
          ),
          ...found(
            'dev-shares-speakers',
            ofDev('speaker'),
            d,
            'dev utterances are by speakers of train or test: the figures on dev are better than for new voices; ' +
              'those on test are hardly touched',
          ),
          ...(speakersOf(test).size > 0
            ? found(
                'speakers-unknown',
                unknown,
                train.length,
                'training utterances name no speaker: if one of them is by a test speaker, the figures are ' +
                  'better than for new voices',
              )
            : []),
        ]
      : []),
    ...(sessionsApart
      ? found(
          'test-sessions-in-train',
          ofTest('session'),
          t,
          'test utterances lie in a folder that training hears recordings of too: the figures are ' +
            'better than for a new session',
        )
      : []),
    ...found(
      'test-recordings-in-train',
      ofTest('recording'),
      t,
      'test utterances come from recordings that training hears too (the same room, microphone and day; a gap of ' +
        'time lies between): the figures are better than for a new recording',
    ),
    ...found(
      'test-texts-in-train',
      ofTest('text'),
      t,
      'test utterances have a text that training has too: the figures are better than for new sentences',
    ),
    ...found(
      'dev-shares-recordings',
      ofDev('recording'),
      d,
      'dev utterances come from recordings of train or test: the figures on dev are better than for a new ' +
        'recording; those on test are hardly touched',
    ),
    ...found(
      'dev-shares-texts',
      ofDev('text'),
      d,
      'dev utterances have a text of train or test: the figures on dev are better than for new sentences; those ' +
        'on test are hardly touched',
    ),
  ];
}

function tooShort(part: 'test' | 'dev', seconds: number, wanted: number): Relaxed[] {
  if (seconds >= NEARLY * wanted) return [];
  const minutes = (value: number): string => (value / 60).toPrecision(2).replace(/\.0$/, '');
  return [
    {
      code: `${part}-too-short`,
      what:
        `${part} has ${minutes(seconds)} of the ${minutes(wanted)} minutes asked for, so that training keeps its ` +
        'share: the figures on it are less sure',
    },
  ];
}
