import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FileScores } from 'isogloss/score';
import { inProcess } from './in-process.ts';

let folder: string;

const isogloss = (...args: string[]): ReturnType<typeof inProcess> => inProcess(folder, ...args);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'isogloss-'));
  await cp('test/fixtures/evaluate/sclite', folder, { recursive: true });
  const records = [
    {
      split: 'test',
      id: '1',
      reference: 'il ghiro dorme',
      hypothesis: 'il giro dorme',
      speaker: 'anna',
      nbest: ['il giro dorme', 'il ghiro dorme'],
    },
    { split: 'test', id: '2', reference: 'sì', hypothesis: 'sì', speaker: 'bruno', nbest: ['sì'] },
    { split: 'dev', id: '3', reference: 'a', hypothesis: 'b' },
  ];
  await mkdir(path.join(folder, 'run'));
  await writeFile(
    path.join(folder, 'run', 'hypotheses.jsonl'),
    records.map((record) => JSON.stringify(record)).join('\n'),
  );
  await writeFile(
    path.join(folder, 'run', 'recipe.lock.yaml'),
    'recipe:\n  text: { unit: graphemes, profile: [gh] }\n',
  );
});

describe('score', () => {
  it('scores the test split of a run, by the graphemes of its recipe', async () => {
    const { exitCode, stdout } = await isogloss('score', 'run', '--by', 'speaker', '--json');
    expect(exitCode).toBe(0);
    const answer = JSON.parse(stdout) as FileScores;
    expect(answer.unit).toBe('graphemes');
    // 13 graphemes and word breaks and then 2: gh is one.
    expect(answer.scores).toMatchObject({
      utterances: 2,
      words: 4,
      wer: 0.25,
      cer: 1 / 15,
      hits: 3,
      substitutions: 1,
      oracle_wer: 0,
    });
    expect(answer.groups!.map((g) => [g.group, g.wer])).toEqual([
      ['anna', 1 / 3],
      ['bruno', 0],
    ]);
    expect(answer.confusions.tokens).toEqual([{ reference: 'gh', hypothesis: 'g', count: 1 }]);
    expect(answer.confusions.words).toEqual([{ reference: 'ghiro', hypothesis: 'giro', count: 1 }]);
  });

  it('prints the same for people', async () => {
    const { stdout } = await isogloss('score', 'run', '--by', 'speaker');
    expect(stdout).toMatch(/^2 utterances, 4 words/);
    expect(stdout).toMatch(/WER +25\.0 % +95 % interval .* 1 substituted, 0 deleted, 0 inserted/);
    expect(stdout).toMatch(/anna +1 +3 +/);
    expect(stdout).toMatch(/gh → g +1/);
  });

  it('prints sclite’s reports', async () => {
    const { stdout } = await isogloss('score', '--ref', 'ref.trn', '--hyp', 'a.trn', '--report', 'sys');
    expect(stdout).toContain('SYSTEM SUMMARY PERCENTAGES by SPEAKER');
    expect(stdout).toContain('| Sum/Avg        |   71    370 | 61.4   20.8   17.8    5.9   44.6   90.1 |');
  });

  it.each<[string, string[], RegExp]>([
    ['neither run nor files', ['score'], /name either a run or --ref and --hyp/],
    ['a folder that is no run', ['score', '.'], /not the folder of a finished run/],
    ['references alone', ['score', '--ref', 'ref.trn'], /--hyp/],
    ['a breakdown that nothing is known for', ['score', 'run', '--by', 'snr'], /no record has a signal-to-noise ratio/],
    [
      'speakers that are not known',
      ['score', 'run', '--split', 'dev', '--resample', 'speaker'],
      /not every record has a speaker/,
    ],
  ])('ends with 2 for %s', async (_, args, message) => {
    const { exitCode, stderr } = await isogloss(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
