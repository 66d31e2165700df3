import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import {
  cleanRuns,
  compareManyRuns,
  listRuns,
  planCleaning,
  runRecipe,
  scalarsAsCsv,
  scalarsOf,
  showRun,
  writeMlflow,
  writeRunsPage,
  writeTensorboard,
  type RunResult,
} from '../../../src/run/index.ts';
import type { Recipe } from '../../../src/recipe/schema.ts';
import { withLock } from '../../../src/support/lock.ts';
import { smallRecipe, writeSmallCorpus } from '../small-corpus.ts';

let folder: string;
let runs: string;
let done: RunResult;
const named = (name: string): string => path.join(runs, name);

/** The same run under another name, with other fields in its recipe. */
async function copyOf(name: string, change: (recipe: Recipe) => Recipe = (recipe) => recipe): Promise<string> {
  await cp(done.folder, named(name), { recursive: true });
  const file = path.join(named(name), 'recipe.lock.yaml');
  const lock = parse(await readFile(file, 'utf8')) as { recipe: Recipe };
  await writeFile(file, stringify({ ...lock, recipe: change({ ...lock.recipe, name }) }));
  return named(name);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'runs-'));
  runs = path.join(folder, 'runs');
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  await writeSmallCorpus(path.join(folder, 'mine'));
  done = await runRecipe(smallRecipe(path.join(folder, 'mine'), { epochs: 1 }), { runs });
  await copyOf('cut-off');
  await rm(path.join(named('cut-off'), 'metrics.json'));
  await copyOf('broken');
  await writeFile(path.join(named('broken'), 'recipe.lock.yaml'), 'recipe: {');
  await copyOf('wider', (recipe) => ({ ...recipe, head: { ...recipe.head, dims: 512 } }));
  await mkdir(named('no-run'));
}, 120_000);
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('runs in a folder', () => {
  it('are listed with their state and figures, also those that were cut off; what can’t be read is named', async () => {
    const { runs: listed, unreadable } = await listRuns(runs);
    expect(unreadable).toEqual([named('broken')]);
    expect(listed.map(({ recipe, state }) => [recipe, state])).toEqual([
      ['cut-off', 'unfinished'],
      ['small', 'finished'],
      ['wider', 'finished'],
    ]);
    const { cer, wer } = done.metrics.test;
    expect(listed[1]).toMatchObject({ encoder: 'embedded-small', trained: 'head', test: { cer, wer } });
    expect(listed[0]!.test).toBeUndefined();
    await withLock(named('cut-off'), async () => {
      expect((await listRuns(runs)).runs[0]!.state).toBe('at work');
    });
  });

  it('are shown with all that they were made of', async () => {
    const shown = await showRun(done.folder);
    expect(shown.metrics).toEqual(done.metrics);
    expect(shown.locked.test.utterances).toBe(done.metrics.test.utterances);
    expect(shown.files.map(({ name }) => name)).toContain('report.html');
    await expect(showRun(named('no-run'))).rejects.toThrow('no recipe.lock.yaml');
  });

  it('are compared: fields that differ, and whether that has changed anything', async () => {
    const { differing, comparisons } = await compareManyRuns([done.folder, named('wider')]);
    expect(differing).toEqual([{ field: 'head.dims', values: [256, 512] }]);
    expect(comparisons[0]!.comparison).toMatchObject({ believe: 'no', cer: { difference: 0 } });
    await expect(compareManyRuns([done.folder, named('cut-off')])).rejects.toThrow('not finished');
  });

  it('make a page with a row each, and names that are only names', async () => {
    const page = path.join(folder, 'page.html');
    const { runs: listed } = await listRuns(runs);
    await writeRunsPage(page, [...listed, { ...listed[0]!, folder: path.join(runs, '<script>alert(1)</script>') }]);
    const html = await readFile(page, 'utf8');
    expect(html.match(/<th scope="row" data-by=/g)).toHaveLength(4);
    expect(html).toContain(`href="runs/${path.basename(done.folder)}/report.html"`);
    expect(html).toContain('WER on test');
    expect(html).not.toContain('<script>alert');
  });
});

describe('values of epochs', () => {
  it('are told as CSV and for TensorBoard: what dev was, and at the last what test found', async () => {
    const scalars = await scalarsOf(done.folder);
    const { cer } = done.metrics.test;
    expect(scalars.at(-2)).toMatchObject({ tag: 'cer/test', step: 1, value: cer });
    expect(scalars.find(({ tag }) => tag === 'cer/dev')!.value).toBeGreaterThan(0);
    expect(scalarsAsCsv('a "run"', scalars).split('\n')[0]).toBe('run,tag,step,value');
    expect(scalarsAsCsv('a "run"', scalars)).toContain(`"a ""run""",cer/test,1,${cer}\n`);
    const out = path.join(folder, 'tensorboard');
    const files = await writeTensorboard([done.folder], out);
    expect(path.dirname(files[0]!)).toBe(path.join(out, path.basename(done.folder)));
    expect(await writeTensorboard([done.folder], out), 'over itself').toEqual(files);
    await expect(scalarsOf(named('no-run'))).rejects.toThrow('no recipe.lock.yaml');
  });

  it('and the recipe are told to MLflow, whose experiment is the corpus', async () => {
    const out = path.join(folder, 'mlruns');
    const [file] = await writeMlflow([done.folder], out);
    const meta = parse(await readFile(file!, 'utf8')) as Record<string, unknown>;
    expect(meta).toMatchObject({ run_name: path.basename(done.folder), status: 3 });
    const written = (name: string): Promise<string> => readFile(path.join(path.dirname(file!), name), 'utf8');
    expect(await written('params/head.kind')).toBe('linear');
    expect(await written('params/split.dev')).toBe('{"minutes":0.05}');
    expect(await written('metrics/cer/test')).toMatch(new RegExp(`^\\d+ ${done.metrics.test.cer} 1\n$`));
    expect(await readFile(path.join(path.dirname(file!), '../meta.yaml'), 'utf8')).toContain('name: mine');
    await writeMlflow([done.folder], out);
    expect(await readdir(out), 'over itself').toHaveLength(1);
  });
});

describe('clearing away', () => {
  it('takes checkpoints of finished runs only, and never a model', async () => {
    const removals = await planCleaning(runs);
    expect(removals.map(({ place, what }) => [place, what])).toEqual([
      [path.join(done.folder, 'checkpoints'), 'checkpoints'],
      [path.join(named('wider'), 'checkpoints'), 'checkpoints'],
    ]);
    expect(removals[0]!.bytes).toBeGreaterThan(1000);
    expect(await readdir(done.folder), 'planned, not done').toContain('checkpoints');
    await cleanRuns(removals);
    expect(await readdir(done.folder)).not.toContain('checkpoints');
    expect((await listRuns(runs)).runs.filter(({ state }) => state === 'finished')).toHaveLength(2);
    expect(await readdir(path.join(named('cut-off'), 'checkpoints')), 'it can go on').not.toHaveLength(0);
    expect(await planCleaning(runs)).toEqual([]);
  });

  it('takes runs whole that are named, but not what is not theirs, nor what is at work', async () => {
    await writeFile(path.join(named('wider'), 'notes.txt'), 'mine');
    await withLock(named('wider'), async () => {
      await expect(planCleaning(runs, { named: [named('wider')] })).rejects.toThrow('at work');
      expect(await planCleaning(runs, { unfinished: true })).toMatchObject([{ place: named('cut-off') }]);
    });
    const left = await cleanRuns(await planCleaning(runs, { named: [named('wider'), named('cut-off')] }));
    expect(left).toEqual([path.join(named('wider'), 'notes.txt')]);
    expect(await readdir(named('wider'))).toEqual(['notes.txt']);
    expect(await readdir(runs)).not.toContain('cut-off');
  });
});
