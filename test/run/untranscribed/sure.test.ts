import { expect, it } from 'vitest';
import { balanced } from '../../../src/run/untranscribed/balance.ts';
import type { Draft } from '../../../src/run/untranscribed/drafts.ts';
import { sureEnough } from '../../../src/run/untranscribed/sure.ts';

/** Ten utterances of ten tokens, the surest first. */
const dev = (errors: readonly number[]) =>
  errors.map((count, i) => ({ confidence: 1 - i / 10, tokens: 10, errors: count }));

it('keeps dev’s utterances down to where errors are 70 % of the average', () => {
  // 50 errors in 100 tokens: up to 0.35 a token may be kept.
  const sure = sureEnough(dev([0, 1, 2, 3, 4, 6, 7, 8, 9, 10]))!;
  expect(sure).toEqual({ threshold: 0.4, kept: 0.7, cer: 23 / 70 });
});

it('keeps a quarter where confidence says nothing, and all that is as sure', () => {
  const flat = sureEnough(dev([5, 5, 5, 5, 5, 5, 5, 5, 5, 5]))!;
  expect(flat).toMatchObject({ kept: 0.3, threshold: 0.8 });
  const alike = sureEnough(dev([5, 5, 5, 5]).map((utterance) => ({ ...utterance, confidence: 0.5 })));
  expect(alike).toEqual({ threshold: 0.5, kept: 1, cer: 0.5 });
  expect(sureEnough([])).toBeUndefined();
});

const draft = (file: string, start: number, text: string, confidence = 0.9, seconds = 2): Draft => ({
  ...{ file, start, end: start + seconds, text, confidence },
});

it('leaves out what says nothing but words that were heard often enough, the surest first', () => {
  const often = Array.from({ length: 30 }, (_, i) => draft('a', 2 * i, 'yes', 0.5 + i / 100));
  const rare = Array.from({ length: 5 }, (_, i) => draft('a', 100 + 2 * i, `yes word${i}`, 0.1));
  const kept = balanced([...often, ...rare]);
  expect(kept.filter(({ text }) => text === 'yes').map(({ confidence }) => confidence)).toEqual(
    often.slice(20).map(({ confidence }) => confidence),
  );
  expect(kept.filter(({ text }) => text !== 'yes')).toEqual(rare);
});

it('lets no recording give more than twice what recordings give on average', () => {
  const of = (file: string, count: number): Draft[] =>
    Array.from({ length: count }, (_, i) => draft(file, 10 * i, `${file} ${i}`, 1 - i / 1000, 10));
  const kept = balanced([...of('long', 200), ...of('b', 20), ...of('c', 20)]);
  const secondsOf = (name: string): number => 10 * kept.filter(({ file }) => file === name).length;
  expect(['long', 'b', 'c'].map(secondsOf)).toEqual([1600, 200, 200]);
  expect(balanced(of('alone', 200))).toHaveLength(200);
});
