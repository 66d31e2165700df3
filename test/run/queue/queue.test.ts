/** @module-tag slow */
import { execa, type ResultPromise } from 'execa';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { outputs } from 'isogloss/json';
import { varyRecipe, type Variants } from '../../../src/run/index.ts';
import { checkSameInputs } from '../../../src/run/queue/same-inputs.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { withLock } from '../../../src/support/lock.ts';
import { hasRedis, startRedis, type TestRedis } from '../../transcribe/redis.ts';
import { smallRecipe, writeSmallCorpus } from '../small-corpus.ts';

/** Milliseconds: more than a busy machine keeps a worker from saying that it is there. */
const STALLED_AFTER = 6000;
const RATES = [0.001, 0.003, 0.01];

let folder: string;
let server: TestRedis;
const env = (): NodeJS.ProcessEnv => ({
  ...{ ISOGLOSS_CACHE: path.join(folder, 'cache'), ISOGLOSS_DEVICE: 'cpu', ISOGLOSS_THREADS: '1' },
});

const sweep = (runs: string, ...more: string[]): ResultPromise => {
  const flags = ['--sweep', `training.learning_rate=${RATES.join(',')}`, '--seeds', '2', '--runs', runs, '--json'];
  const program = [path.resolve('bin/run.js'), 'run', 'small.yaml', ...flags, ...more];
  return execa('node', program, { cwd: folder, env: env(), reject: false });
};

async function variantsOf(running: ResultPromise): Promise<Variants> {
  const { exitCode, stdout, stderr } = await running;
  expect(exitCode, String(stderr)).toBe(0);
  return outputs.run.parse(JSON.parse(String(stdout))) as Variants;
}

const started: ResultPromise[] = [];

/** Another machine, as far as the queue can tell. */
function worker(): ResultPromise {
  const child = execa(
    'node',
    [
      '--input-type=module',
      '--eval',
      `import { workOnRuns } from '${path.resolve('dist/run/index.js')}';
       await workOnRuns('${server.url}', { stalledAfter: ${STALLED_AFTER} });`,
    ],
    { cwd: folder, env: env(), reject: false },
  );
  started.push(child);
  return child;
}

/** Who is at work in a folder of runs: process → run. */
async function atWork(runs: string): Promise<Map<number, string>> {
  const names = await readdir(path.join(folder, runs)).catch(() => []);
  const found = new Map<number, string>();
  for (const name of names) {
    const lock = await readFile(path.join(folder, runs, name, 'in-use.json'), 'utf8').catch(() => '');
    if (lock !== '') found.set((JSON.parse(lock) as { pid: number }).pid, name);
  }
  return found;
}

const figures = ({ variants, best }: Variants): unknown => [
  best,
  variants.map(({ set, dev, test, runs }) => [set, dev, test, runs.map(({ folder }) => path.basename(folder))]),
];

describe.skipIf(!hasRedis)('runs by a queue', () => {
  let here: Variants;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'runs-queue-'));
    await writeSmallCorpus(path.join(folder, 'mine'));
    await writeFile(path.join(folder, 'small.yaml'), JSON.stringify(smallRecipe('mine', { epochs: 3 })));
    server = await startRedis(folder);
    here = await variantsOf(sweep('here'));
  });

  afterEach(async () => {
    for (const child of started) child.kill('SIGKILL');
    await Promise.all(started.splice(0));
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('one of two workers is killed in mid-run: another takes that, and all is as in one process', async () => {
    const workers = [worker(), worker()];
    const submitting = sweep('there', '--queue', server.url);
    let begun = new Map<number, string>();
    while (!begun.has(workers[0]!.pid!)) {
      begun = await atWork('there');
      await sleep(10);
    }
    workers[0]!.kill('SIGKILL');
    const there = await variantsOf(submitting);
    expect(figures(there)).toEqual(figures(here));
    expect((await atWork('there')).size).toBe(0);
    expect((await readdir(path.join(folder, 'there'))).sort()).toEqual(
      (await readdir(path.join(folder, 'here'))).sort(),
    );
    workers[1]!.kill('SIGINT');
    expect((await workers[1]!).signal).toBe('SIGINT');

    const again = await variantsOf(sweep('there', '--queue', server.url));
    expect(again.variants.flatMap(({ runs }) => runs.map(({ known }) => known))).not.toContain(false);
  }, 300_000);

  it('a run that another process is at is left alone until that is done', async () => {
    const busy = path.basename(here.variants[0]!.runs[0]!.folder);
    const runs = path.join(folder, 'busy');
    await cp(path.join(folder, 'here', busy, 'recipe.lock.yaml'), path.join(runs, busy, 'recipe.lock.yaml'), {
      recursive: true,
    });
    void worker();
    const submitting = await withLock(path.join(runs, busy), async () => {
      const submitting = sweep('busy', '--queue', server.url);
      const waiting = (): Promise<string> => server.ask('--scan', '--pattern', 'bull:isogloss-runs-*:delayed');
      while ((await waiting()) === '') await sleep(50);
      return { submitting };
    });
    expect(figures(await variantsOf(submitting.submitting))).toEqual(figures(here));
  }, 300_000);

  it('who has no run to do helps with the features of one', async () => {
    const workers = [worker(), worker()];
    const ready = async (): Promise<number> => (await server.ask('client', 'list')).split('cmd=bzpopmin').length - 1;
    while ((await ready()) < workers.length) await sleep(50);
    const program = [
      path.resolve('bin/run.js'),
      'run',
      'small.yaml',
      '--runs',
      'alone',
      '--queue',
      server.url,
      '--json',
    ];
    const alone = execa('node', program, { cwd: folder, env: env(), reject: false });
    // With the run's end what helped it is gone from the server.
    let [over, name, taken] = [false, '', ''];
    void alone.finally(() => (over = true));
    while (!over) {
      const key = await server.ask('--scan', '--pattern', 'bull:isogloss-runs-*:????????-????-????-????-????????????');
      if (key !== '') {
        name ||= await server.ask('hget', key, 'name');
        taken ||= await server.ask('hget', key, 'processedOn');
      }
      await sleep(50);
    }
    expect((await variantsOf(alone)).variants).toHaveLength(1);
    expect(name).toMatch(/^features of small-/);
    expect(taken).not.toBe('');
  }, 300_000);

  it('a recipe that can’t be run fails with the workers’ words', async () => {
    void worker();
    await writeFile(path.join(folder, 'wrong.yaml'), JSON.stringify(smallRecipe('nowhere', { epochs: 1 })));
    const program = [path.resolve('bin/run.js'), 'run', 'wrong.yaml', '--queue', server.url];
    const { exitCode, stderr } = await execa('node', program, { cwd: folder, env: env(), reject: false });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/small-\w+: the workers failed: [^]*nowhere[^]* \(on /);
  }, 300_000);

  it('runs that should have seen the same and have not are told apart', async () => {
    const recipes = await Promise.all(
      RATES.map((rate) => loadRecipe(path.join(folder, 'small.yaml'), { set: [`training.learning_rate=${rate}`] })),
    );
    const folders = here.variants.map(({ runs }) => path.join(folder, runs[0]!.folder));
    await checkSameInputs(recipes, folders);
    const other = path.join(folder, 'other');
    await cp(folders[1]!, other, { recursive: true });
    const inputs = await readFile(path.join(other, 'inputs.jsonl'), 'utf8');
    await writeFile(path.join(other, 'inputs.jsonl'), inputs.replace(/"audio":"[^"]+"/, '"audio":"0123456789abcdef"'));
    await expect(checkSameInputs(recipes, [folders[0]!, other, folders[2]!])).rejects.toThrow(
      /other has not worked on what .* has: the sound of 1 has changed/,
    );
  });

  it('an address where no server is, is told', async () => {
    await expect(varyRecipe(path.join(folder, 'small.yaml'), [[]], { queue: 'redis://127.0.0.1:1' })).rejects.toThrow(
      'no Redis at',
    );
  });
});
