/** @module-tag slow */
import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { alignTokens } from '../../src/evaluate/align.ts';
import { errorsOf } from '../../src/evaluate/score.ts';
import { runRecipe } from '../../src/run/index.ts';
import { commandsInDocs } from '../docs/commands-in-docs.ts';
import { isogloss, WARNINGS, type RunAnswer } from './short-run.ts';

/** The upper end of the first interval behind some words of RESULTS.md, as a share. */
function publishedAtMost(heading: string, words: string): number {
  const [, section] = readFileSync('RESULTS.md', 'utf8').split(new RegExp(`^##+ ${heading}.*$`, 'm'));
  const [, after] = section!.split(words);
  return Number(/\[[\d.]+–([\d.]+)\]/.exec(after!)![1]) / 100;
}

describe('the main job on real Italian speech', () => {
  let answer: RunAnswer;
  beforeAll(async () => {
    const { stdout, stderr } = await isogloss(['run', 'recipes/italian-10min.yaml', '--json']);
    // Findings may be told there, but no progress.
    expect(stderr).toMatch(WARNINGS);
    answer = JSON.parse(String(stdout)) as RunAnswer;
  });

  it('carries over from other languages: CER at most 60 % of the untrained encoder’s, and not far above what RESULTS.md says', () => {
    const { test, baseline } = answer.metrics;
    expect(test.seconds_audio).toBeGreaterThan(240);
    expect(test.cer).toBeLessThan(0.45);
    expect(test.cer).toBeLessThan(0.6 * baseline!.test.cer);
  });

  it('makes no more errors than RESULTS.md says, nor do others that run in full', async () => {
    expect(answer.metrics.test.cer).toBeLessThanOrEqual(publishedAtMost('Italian from ten minutes', '| test '));
    const runs = await mkdtemp(path.join(tmpdir(), 'figures-'));
    const { metrics } = await runRecipe('italian-1min', { runs, set: ['encoder.model=embedded-small'] });
    expect(metrics.test.cer).toBeLessThanOrEqual(publishedAtMost('How much speech is needed', '| 1 minute '));
  });

  it('tests on texts that training never saw', async () => {
    const manifest = (await readFile('corpora/asterisk-it/manifest.jsonl', 'utf8')).trim().split('\n').length;
    const hypotheses = (await readFile(path.join(answer.folder, 'hypotheses.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { split: string; reference: string });
    const texts = (split: string): Set<string> =>
      new Set(hypotheses.filter((h) => h.split === split).map((h) => h.reference));
    expect([...texts('test')].filter((text) => texts('dev').has(text))).toEqual([]);
    expect(hypotheses.length).toBeLessThan(manifest);
  });

  it('leaves a report, a lock and a model folder', async () => {
    expect(await readdir(answer.folder)).toEqual(
      expect.arrayContaining([
        'metrics.json',
        'epochs.jsonl',
        'hypotheses.jsonl',
        'model',
        'recipe.lock.yaml',
        'report.html',
      ]),
    );
    expect(await readdir(path.join(answer.folder, 'model'))).toEqual(
      expect.arrayContaining(['README.md', 'encoder.onnx', 'head.onnx', 'model.json', 'vocab.json']),
    );
  });

  it('answers at once the second time', async () => {
    const { stdout } = await isogloss(['run', 'recipes/italian-10min.yaml', '--json']);
    expect(JSON.parse(String(stdout))).toMatchObject({ known: true, metrics: answer.metrics });
  });

  it('transcribes as it was measured, but for ties, and goes on past what it can’t read', async () => {
    const lines = (await readFile(path.join(answer.folder, 'hypotheses.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { split: string; id: string; hypothesis: string });
    const some = lines.filter((h) => h.split === 'test').slice(0, 5);
    const folder = await mkdtemp(path.join(tmpdir(), 'transcribe-'));
    const broken = path.join(folder, 'broken.wav');
    await writeFile(broken, 'not a recording');
    const { stdout, stderr, exitCode } = await isogloss([
      'transcribe',
      path.join(answer.folder, 'model'),
      broken,
      ...some.map((h) => `corpora/asterisk-it/audio/${h.id}.g722`),
      '--format',
      'jsonl',
    ]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('broken.wav');
    const written = String(stdout)
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text)
      .join('\n');
    const measured = some.map((h) => h.hypothesis).join('\n');
    // Other batches round a little otherwise: where two letters are as likely as each other, one may change.
    expect(errorsOf(alignTokens([...measured], [...written]))).toBeLessThanOrEqual(Math.ceil(measured.length * 0.02));
  });

  it.each(commandsInDocs('slow').map(({ command }) => command))('does what the docs say: %s', async (command) => {
    const { exitCode, stderr } = await execa(command, { shell: true, reject: false });
    expect([0, 3], stderr).toContain(exitCode);
  });
});
