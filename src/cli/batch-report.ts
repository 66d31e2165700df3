import path from 'node:path';
import type { BatchSummary, Estimate } from '../transcribe/index.ts';
import { columns } from './format.ts';
import { clock } from './progress.ts';
import { amount } from '../support/amount.ts';

/** What came of a batch, for people. */
export function describeBatch({ recordings, seconds, elapsed, done, failed, journal }: BatchSummary): string {
  const setAside = failed.reduce((sum, { count }) => sum + count, 0);
  const table = columns([
    ['', 'recordings', 'hours', 'time', '× real time'],
    ['transcribed', String(recordings), hours(seconds), clock(elapsed), times(seconds, elapsed)],
    ...(done > 0 ? [['done before', String(done), '', '', '']] : []),
    ...(setAside > 0 ? [['set aside', String(setAside), '', '', '']] : []),
  ]);
  return journal === undefined ? table : `${table}\njournal: ${path.relative('', journal)}`;
}

/** What a batch would do, for people. */
export function describeEstimate({ recordings, seconds, unknown, speed, elapsed, done }: Estimate): string {
  const lines = [
    `${amount(recordings, 'recording')} to transcribe, ${hours(seconds)} hours`,
    ...(unknown > 0 ? [`${unknown} of them don’t say how long they are`] : []),
    ...(done > 0 ? [`${done} are done already`] : []),
    ...(speed === undefined || elapsed === undefined
      ? []
      : [`${clock(elapsed)} on this machine, at ${speed.toFixed(1)} × real time in a trial`]),
  ];
  return lines.join('\n');
}

/** Of seconds. */
export const hours = (seconds: number): string => (seconds / 3600).toFixed(2);
const times = (seconds: number, elapsed: number): string => (elapsed > 0 ? (seconds / elapsed).toFixed(1) : '');
