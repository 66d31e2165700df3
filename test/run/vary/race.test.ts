import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadManifest, writeManifest } from '../../../src/corpus/manifest.ts';
import { gridOf, raceVariants, readSweep, runRecipe, type Race } from '../../../src/run/index.ts';
import { rungsFor } from '../../../src/run/vary/race-plan.ts';
import { smallRecipe, writeSmallCorpus } from '../small-corpus.ts';

const EPOCHS = 12;
let folder: string;
let recipe: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'race-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  await writeSmallCorpus(path.join(folder, 'mine'));
  recipe = path.join(folder, 'small.yaml');
  await writeFile(recipe, JSON.stringify(smallRecipe(path.join(folder, 'mine'), { epochs: EPOCHS })));
});
afterAll(() => {
  vi.unstubAllEnvs();
});

const twelve = ['training.learning_rate=0.00001,0.001,0.01', 'head.dropout=0,0.2', 'training.batch_seconds=4,8'];
const grid = gridOf(twelve.map(readSweep));
const runsNamed = (name: string): string => path.join(folder, name);

/** Folders of runs, and that of the race. */
async function foldersIn(runs: string): Promise<{ runs: string[]; race: string }> {
  const names = await readdir(runs).catch(() => []);
  const race = names.find((name) => name.startsWith('race-'));
  return { runs: names.filter((name) => name !== race), race: path.join(runs, race ?? 'race-none') };
}

interface Trial {
  name: string;
  dev_cer?: number;
}

async function journalOf(runs: string): Promise<Trial[]> {
  const file = path.join((await foldersIn(runs)).race, 'trials.jsonl');
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Trial);
}

/** As if the machine were slower than it is: a second of speech takes so many seconds. */
async function slowPace(runs: string, seconds: number): Promise<void> {
  const { race } = await foldersIn(runs);
  const [name] = await readdir(path.join(race, 'paces'));
  const file = path.join(race, 'paces', name!, 'pace.json');
  const pace = JSON.parse(await readFile(file, 'utf8')) as { stages: object[] };
  const stages = pace.stages.map((stage) => ({ ...stage, heard: 1, seconds }));
  await writeFile(file, JSON.stringify({ ...pace, features: 0, stage: 0, stages }));
}

async function ready(runs: string, budget: number): Promise<void> {
  const stopper = new AbortController();
  const stopped = raceVariants(recipe, grid, {
    ...{ runs, budget, signal: stopper.signal },
    onTrial: () => stopper.abort(new Error('stopped')),
  });
  await expect(stopped).rejects.toThrow('stopped');
}

const bestOf = ({ variants }: Race): number =>
  Math.min(...variants.filter(({ unfinished }) => !unfinished).map(({ dev_cer: devCer }) => devCer!));

describe('how a race is planned', () => {
  it('all in full where there is time, else halved as seldom as the time asks for', () => {
    const seconds = (share: number): number => 60 * share;
    const third = expect.closeTo(1 / 3) as number;
    const ninth = expect.closeTo(1 / 9) as number;
    expect(rungsFor(8, seconds, 480)).toEqual([]);
    expect(rungsFor(8, seconds, 479), '8 × 20 and 4 × 60').toEqual([third]);
    expect(rungsFor(8, seconds, 399)).toEqual([ninth, third]);
    expect(rungsFor(8, seconds, 1), 'the shortest there is').toEqual([ninth, third]);
    expect(rungsFor(12, seconds, 1)).toHaveLength(3);
    expect(rungsFor(2, seconds, 1)).toEqual([]);
    expect(rungsFor(1, seconds, 1)).toEqual([]);
  });
});

describe('a sweep within a budget', () => {
  it('trains all in full where there is time, and runs and tests the best alone', async () => {
    const runs = runsNamed('ample');
    const pair = gridOf([readSweep('training.learning_rate=0.00001,0.01')]);
    const race = await raceVariants(recipe, pair, { runs, budget: 3600 });
    expect(race.variants.map(({ epochs, unfinished }) => [epochs.trained, unfinished])).toEqual([
      [EPOCHS, undefined],
      [EPOCHS, undefined],
    ]);
    expect(race.variants[race.best]!.dev_cer).toBe(bestOf(race));
    expect((await foldersIn(runs)).runs).toEqual([path.basename(race.run.folder)]);
    expect(race.run.reused!.epochs, 'the winner is not trained again').toEqual({ there: EPOCHS, of: EPOCHS });
    const alone = await runRecipe(recipe, { runs: runsNamed('alone'), set: pair[race.best] });
    expect(race.run.metrics.test).toEqual(alone.metrics.test);
    expect(race.seconds).toBeLessThan(3600);
  }, 120_000);

  it(
    'killed without a warning goes on: nothing is trained twice, what was spent counts, and it halves',
    { tags: ['slow'], timeout: 180_000 },
    async () => {
      const runs = runsNamed('killed');
      await ready(runs, 3600);
      // By this pace 12 × 12 epochs take 6.9 hours, which is more than there is.
      await slowPace(runs, 12);
      const flags = [...twelve.flatMap((one) => ['--sweep', one]), '--budget', '2h', '--runs', runs];
      const child = execa('node', ['bin/run.js', 'run', recipe, ...flags], { reject: false });
      while ((await journalOf(runs)).length < 6 && child.exitCode === null) await wait(20);
      child.kill('SIGKILL');
      await child;
      const before = await journalOf(runs);
      expect(before.length).toBeLessThan(12);
      const spentFile = path.join((await foldersIn(runs)).race, 'spent.json');
      const { seconds: spent } = JSON.parse(await readFile(spentFile, 'utf8')) as { seconds: number };
      expect(spent).toBeGreaterThan(0);
      const race = await raceVariants(recipe, grid, { runs, budget: 7200 });
      const journal = await journalOf(runs);
      expect(journal.slice(0, before.length)).toEqual(before);
      const measured = journal.filter(({ dev_cer: devCer }) => devCer !== undefined).map(({ name }) => name);
      expect(new Set(measured).size, 'nothing twice').toBe(measured.length);
      expect(race.seconds).toBeGreaterThan(spent);
      expect(race.variants.map(({ set }) => set)).toEqual(grid);
      const trained = race.variants.map(({ epochs }) => epochs.trained).sort((a, b) => a - b);
      expect(trained, '12 → 6 → 3 → 2').toEqual([...Array<number>(9).fill(3), 4, 12, 12]);
      const behind = race.variants.filter(({ unfinished }) => unfinished);
      expect(behind).toHaveLength(10);
      for (const { unfinished } of behind)
        expect(unfinished).toMatchObject({
          code: 'behind',
          why: expect.stringMatching(/after \d+ of 12 epochs/) as string,
        });
      expect(race.variants[race.best]!.dev_cer).toBe(bestOf(race));
    },
  );

  it(
    'stopped, and gone on with when the corpus has changed, takes nothing over',
    { tags: ['slow'], timeout: 120_000 },
    async () => {
      const corpus = path.join(folder, 'changing');
      await writeSmallCorpus(corpus);
      const changing = smallRecipe(corpus, { epochs: 3 });
      const pair = gridOf([readSweep('training.learning_rate=0.001,0.01')]);
      const stopper = new AbortController();
      const stopped = raceVariants(changing, pair, {
        ...{ runs: runsNamed('changed'), budget: 3600, signal: stopper.signal },
        onTrial: () => stopper.abort(new Error('stopped')),
      });
      await expect(stopped).rejects.toThrow('stopped');
      const utterances = await loadManifest(corpus);
      await writeManifest(
        corpus,
        utterances.map((utterance) => ({ ...utterance, text: `giù ${utterance.text} là` })),
      );
      const goneOn = await raceVariants(changing, pair, { runs: runsNamed('changed'), budget: 3600 });
      const anew = await raceVariants(changing, pair, { runs: runsNamed('anew'), budget: 3600 });
      expect(goneOn.variants).toEqual(anew.variants);
      expect(goneOn.run.metrics.dev).toEqual(anew.run.metrics.dev);
    },
  );

  it('says what it had no time for, and finishes what is best by then', async () => {
    const runs = runsNamed('short');
    await ready(runs, 3600);
    const spentFile = path.join((await foldersIn(runs)).race, 'spent.json');
    await writeFile(spentFile, JSON.stringify({ seconds: 3599.9 }));
    const race = await raceVariants(recipe, grid, { runs, budget: 3600 });
    const finished = race.variants.filter(({ unfinished }) => !unfinished);
    expect(finished.map(({ epochs }) => epochs)).toEqual([{ trained: EPOCHS, of: EPOCHS }]);
    const late = race.variants.filter(({ unfinished }) => unfinished?.code === 'no-time');
    expect(late).toHaveLength(11);
    expect(late[0]!.unfinished!.why).toMatch(/^it takes about \d+\.\d minutes, and 0\.0 minutes were left$/);
    expect(race.seconds).toBeGreaterThan(3600);
  }, 120_000);

  it('trains nothing where not one variant fits, nor where one is no recipe', async () => {
    const runs = runsNamed('refused');
    await expect(raceVariants(recipe, [['seed=1'], ['seed=x']], { runs, budget: 60 })).rejects.toThrow(
      'expected number',
    );
    expect(existsSync(runs)).toBe(false);
    await expect(raceVariants(recipe, grid, { runs, budget: 0.5 })).rejects.toThrow('not one variant can be finished');
    expect(await journalOf(runs)).toEqual([]);
  });
});
