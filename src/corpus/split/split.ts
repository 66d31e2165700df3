import { InputError } from '../../support/errors.ts';
import { fixedParts, type PartList } from './fixed.ts';
import { stratified } from './order.ts';
import {
  follow,
  hasAll,
  isGood,
  keepsSpeakersApart,
  plansFor,
  type Criterion,
  type Parts,
  type Wanted,
} from './plan.ts';
import { relaxedIn, type Relaxed } from './relaxed.ts';
import { secondsOf, type Spoken } from './spoken.ts';
import { amount } from '../../support/amount.ts';

export interface SplitRule {
  seed: number | string;
  test: { minutes: number };
  dev: { minutes: number };
  /** All that is left when no minutes are given. */
  train: { minutes?: number | undefined };
  /** What test and train do not share; by default speakers where there are three or more, recordings and texts. */
  by?: Criterion | undefined;
}

export interface SplitOptions {
  /** The parts, where they are fixed. */
  listed?: PartList | undefined;
  /** Texts that an earlier training has used: they must not change sides. */
  reserved?: Reserved | undefined;
}

export interface Reserved {
  trained: ReadonlySet<string>;
  tested: ReadonlySet<string>;
}

export interface Split<S> extends Parts<S> {
  unused: S[];
  /** Rules that could not be kept; empty where all were. */
  relaxed: Relaxed[];
}

/** Test and dev together get no more than this share of all speech. */
const MOST_HELD_OUT = 0.5;

/**
 * Divides a corpus into train, dev and test. No speaker (where there are three or more), no recording and no text
 * stands in two parts, as far as there is speech for that; what had to give way, texts first, is in `relaxed`. Test is
 * drawn first, then dev: more training minutes never change what is tested. The same utterances and seed give the same
 * split in any order.
 * @throws InputError where not even three utterances can be told apart
 * @example
 * const rule = { seed: 1, test: { minutes: 5 }, dev: { minutes: 3 }, train: {} };
 * const { train, test, relaxed } = splitCorpus(spoken, rule);
 */
export function splitCorpus<S extends Spoken>(
  utterances: readonly S[],
  rule: SplitRule,
  { listed, reserved }: SplitOptions = {},
): Split<S> {
  const entries = [...utterances].sort((a, b) => (a.id < b.id ? -1 : 1));
  const asked = { test: rule.test.minutes * 60, dev: rule.dev.minutes * 60 };
  const wanted = wantedOf(entries, rule, asked, reserved);
  const parts = listed ? fixedParts(entries, listed, wanted) : drawnParts(entries, rule, wanted);
  if (!hasAll(parts)) throw tooFew(entries, reserved);
  const { minutes } = rule.train;
  const ordered = listed?.ordered ? parts.train : stratified(parts.train);
  const train = minutes === undefined ? [...parts.train] : firstMinutes(ordered, minutes);
  const used = new Set([...train, ...parts.dev, ...parts.test]);
  const apart = { speakersApart: keepsSpeakersApart(entries, rule.by), sessionsApart: rule.by === 'session' };
  const rules = { ...apart, ...(listed ? { test: 0, dev: 0 } : asked) };
  return {
    train,
    dev: parts.dev,
    test: parts.test,
    unused: entries.filter((entry) => !used.has(entry)),
    relaxed: relaxedIn(parts, rules),
  };
}

function wantedOf(
  entries: readonly Spoken[],
  { seed }: SplitRule,
  asked: { test: number; dev: number },
  reserved: Reserved | undefined,
): Wanted {
  const share = Math.min(1, (MOST_HELD_OUT * secondsOf(entries)) / (asked.test + asked.dev));
  return {
    seed,
    test: asked.test * share,
    dev: asked.dev * share,
    barred: (text, part) => (part === 'train' ? reserved?.tested : reserved?.trained)?.has(text) ?? false,
  };
}

/**
 * By the strictest plan that there is speech enough for; where there is for none, by the first that fills all parts.
 */
function drawnParts<S extends Spoken>(entries: readonly S[], rule: SplitRule, wanted: Wanted): Parts<S> {
  let whole: Parts<S> | undefined;
  let parts: Parts<S> = { train: [], dev: [], test: [] };
  for (const plan of plansFor(entries, rule.by)) {
    parts = follow(plan, entries, wanted);
    if (isGood(parts, entries, wanted)) return parts;
    if (hasAll(parts)) whole ??= parts;
  }
  return whole ?? parts;
}

function tooFew(entries: readonly Spoken[], reserved: Reserved | undefined): InputError {
  const what =
    `${amount(entries.length, 'utterance')} (${(secondsOf(entries) / 60).toFixed(1)} minutes) can’t be divided ` +
    'into train, dev and test';
  return reserved
    ? new InputError(
        `${what} without testing on what the earlier training has learnt`,
        'Add utterances with other texts.',
      )
    : new InputError(what, 'Add utterances: a dozen is the least, ten minutes are a beginning.');
}

/** Utterances of one text that follow each other go together as long as they are less than this share of train. */
const TOGETHER = 0.02;

/** The first minutes of train. */
export function firstMinutes<S extends Spoken>(train: readonly S[], minutes: number): S[] {
  const wanted = minutes * 60;
  const taken: S[] = [];
  let seconds = 0;
  for (const entry of train) {
    const again = entry.text === taken.at(-1)?.text && seconds < (1 + TOGETHER) * wanted;
    if (seconds >= wanted && !again) break;
    taken.push(entry);
    seconds += entry.seconds;
  }
  return taken;
}
