import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/evaluate/compare.ts';
import { inProcess } from './in-process.ts';

let folder: string;

const isogloss = (...args: string[]): ReturnType<typeof inProcess> => inProcess(folder, ...args);

/** Forty utterances; each third has an error in the first run, each twentieth in the second. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'isogloss-'));
  const run = (every: number, utterances = 40): string =>
    Array.from({ length: utterances }, (_, i) =>
      JSON.stringify({
        split: 'test',
        id: `u${i}`,
        reference: 'uno due tre',
        hypothesis: i % every === 0 ? 'uno bue te' : 'uno due tre',
      }),
    ).join('\n');
  await writeFile(path.join(folder, 'a.jsonl'), run(3));
  await writeFile(path.join(folder, 'b.jsonl'), run(20));
  await writeFile(path.join(folder, 'short.jsonl'), run(20, 30));
});

describe('compare', () => {
  it('says in words whether to believe the difference', async () => {
    const { exitCode, stdout } = await isogloss('compare', 'a.jsonl', 'b.jsonl');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/CER +\d+\.\d % +\d\.\d % /);
    expect(stdout).toMatch(/matched pairs \(words\): \d+ segments, z = \d/);
    expect(stdout).toMatch(/B is better by \d\.\d points of CER \[.*\], p = 0\.\d+: believe it\./);
  });

  it('gives all of it as JSON', async () => {
    const { stdout } = await isogloss('compare', 'a.jsonl', 'b.jsonl', '--json');
    const answer = JSON.parse(stdout) as Comparison;
    expect(Object.keys(answer)).toEqual([
      'utterances',
      'words',
      'unit',
      'wer',
      'cer',
      'matched_pairs',
      'believe',
      'verdict',
    ]);
    expect(Object.keys(answer.cer)).toEqual(['a', 'b', 'difference', 'difference_ci95', 'p']);
    expect(answer).toMatchObject({ utterances: 40, words: 120, believe: 'yes' });
  });

  it('names what differs between two tests', async () => {
    const { exitCode, stderr } = await isogloss('compare', 'a.jsonl', 'short.jsonl');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/not tested on the same utterances: 10 only in A \(u30, u31, u32, …\), 0 only in B/);
  });
});
