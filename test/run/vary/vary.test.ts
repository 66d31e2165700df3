import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compareManyRuns, gridOf, learningCurve, readSweep, runRecipe, varyRecipe } from '../../../src/run/index.ts';
import { readInputs } from '../../../src/run/inputs.ts';
import { smallRecipe, writeSmallCorpus } from '../small-corpus.ts';

let folder: string;
let recipe: string;
const runsNamed = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vary-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  await writeSmallCorpus(path.join(folder, 'mine'));
  recipe = path.join(folder, 'small.yaml');
  await writeFile(recipe, JSON.stringify(smallRecipe(path.join(folder, 'mine'), { epochs: 1 })));
});
afterAll(() => {
  vi.unstubAllEnvs();
});

/** When each finished run in a folder was finished. */
async function finishedIn(runs: string): Promise<Map<string, number>> {
  const names = await readdir(runs).catch(() => []);
  const files = names.map((name) => path.join(runs, name, 'metrics.json')).filter(existsSync);
  return new Map(await Promise.all(files.map(async (file) => [file, (await stat(file)).mtimeMs] as const)));
}

/** Runs the command line, and kills it without a warning once so many runs are finished. */
async function killedAfter(count: number, runs: string, ...args: string[]): Promise<Map<string, number>> {
  const child = execa('node', ['bin/run.js', ...args, '--runs', runs], { reject: false });
  while ((await finishedIn(runs)).size < count && child.exitCode === null) await wait(50);
  child.kill('SIGKILL');
  await child;
  return finishedIn(runs);
}

describe('values to try', () => {
  it.each([
    ['head.dims=128,256', ['128', '256']],
    ['train=head,{ top: 2 }', ['head', '{"top":2}']],
    ['training.speeds=[1],[0.9, 1]', ['[1]', '[0.9,1]']],
    ['title="a, b",c', ['a, b', 'c']],
    ['training.learning_rate=1e-3', ['1e-3']],
  ])('are read as YAML: %s', (text, values) => {
    expect(readSweep(text).values).toEqual(values);
  });

  it('make a grid, and are refused where they are none', () => {
    expect(gridOf([readSweep('seed=1,2'), readSweep('head.dims=8,16')])).toEqual([
      ['seed=1', 'head.dims=8'],
      ['seed=1', 'head.dims=16'],
      ['seed=2', 'head.dims=8'],
      ['seed=2', 'head.dims=16'],
    ]);
    expect(gridOf([])).toEqual([[]]);
    expect(() => readSweep('head.dims')).toThrow('names no field');
    expect(() => readSweep('head.dims=')).toThrow('names no field');
    expect(() => gridOf([readSweep('seed=1'), readSweep('seed=2')])).toThrow('swept twice');
  });
});

describe('a sweep of twelve', () => {
  it(
    'that was killed goes on: what was finished stays, and all comes out as if it had not been',
    { tags: ['slow'], timeout: 300_000 },
    async () => {
      const runs = runsNamed('swept');
      const sweep = ['training.learning_rate=0.001,0.003,0.01', 'head.dropout=0,0.2', 'training.epochs=1,2'];
      const flags = sweep.flatMap((one) => ['--sweep', one]);
      const before = await killedAfter(4, runs, 'run', recipe, ...flags);
      expect(before.size).toBeGreaterThanOrEqual(4);
      expect(before.size).toBeLessThan(12);
      const grid = gridOf(sweep.map(readSweep));
      const { variants, best } = await varyRecipe(recipe, grid, { runs });
      expect(variants.map(({ set }) => set)).toEqual(grid);
      expect(variants.filter(({ runs: [run] }) => run!.known)).toHaveLength(before.size);
      const after = await finishedIn(runs);
      expect(after.size).toBe(12);
      for (const [file, at] of before) expect(after.get(file), 'not done again').toBe(at);
      const rates = variants.map(({ dev }) => dev.cer.mean);
      expect(rates[best]).toBe(Math.min(...rates));
      for (const i of [before.size, 11]) {
        const { metrics } = await runRecipe(recipe, { runs: runsNamed('alone'), set: grid[i] });
        expect(variants[i]!.runs[0]).toMatchObject({ dev: { cer: metrics.dev.cer }, test: { wer: metrics.test.wer } });
      }
    },
  );

  it('runs nothing where one of them is no recipe', async () => {
    const runs = runsNamed('refused');
    await expect(varyRecipe(recipe, [['seed=1'], ['seed=x']], { runs })).rejects.toThrow('expected number');
    expect(existsSync(runs)).toBe(false);
  });
});

describe('several seeds', () => {
  it(
    'have a mean and a spread, and hold two recipes against each other',
    { tags: ['slow'], timeout: 120_000 },
    async () => {
      const runs = runsNamed('seeds');
      const grid = [['training.epochs=1'], ['training.epochs=3']];
      const { variants } = await varyRecipe(recipe, grid, { runs, seeds: 3 });
      const [first, second] = variants;
      expect(first!.runs.map(({ seed }) => seed)).toEqual([1, 2, 3]);
      const rates = first!.runs.map(({ dev }) => dev.cer);
      expect(first!.dev.cer).toMatchObject({ count: 3, least: Math.min(...rates), most: Math.max(...rates) });
      const folders = [first!, second!].flatMap((variant) => variant.runs.map((run) => run.folder));
      const { seeds, verdicts } = await compareManyRuns(folders);
      expect(seeds.map((group) => group.seeds)).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
      expect(verdicts).toMatchObject([{ a: 0, b: 1, difference: first!.test.cer.mean - second!.test.cer.mean }]);
      expect(verdicts[0]!.p, 'three seeds each can’t show more').toBeGreaterThanOrEqual(0.1);
    },
  );
});

describe('a learning curve', () => {
  it('has nested trainings and one test; killed, it goes on', { tags: ['slow'], timeout: 180_000 }, async () => {
    const runs = runsNamed('curve');
    const before = await killedAfter(1, runs, 'curve', recipe, '--minutes', '0.05,0.1,0.15');
    const { points, page } = await learningCurve(recipe, { runs, minutes: [0.05, 0.1, 0.15] });
    for (const [file, at] of before) expect((await finishedIn(runs)).get(file)).toBe(at);
    const inputs = await Promise.all(points.map(({ runs: [run] }) => readInputs(run!.folder)));
    const idsOf = (i: number, part: string): string[] =>
      inputs[i]!.utterances.filter(({ split }) => split === part).map(({ id }) => id);
    for (const i of [1, 2]) {
      expect(idsOf(i, 'train')).toEqual(expect.arrayContaining(idsOf(i - 1, 'train')));
      expect(idsOf(i, 'train').length).toBeGreaterThan(idsOf(i - 1, 'train').length);
      expect(idsOf(i, 'test')).toEqual(idsOf(0, 'test'));
    }
    const html = await readFile(page, 'utf8');
    expect(html.match(/<circle/g)).toHaveLength(6);
    expect(html).toContain(`<th scope="row">${points[1]!.trained.toFixed(1)}</th>`);
    await expect(learningCurve(recipe, { runs, minutes: [5, 2] })).rejects.toThrow('don’t grow');
  });
});
