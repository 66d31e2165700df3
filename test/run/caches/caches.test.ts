import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  clearCaches,
  listCaches,
  planClearing,
  runRecipe,
  verifyCaches,
  type RunResult,
} from '../../../src/run/index.ts';
import { withCacheInUse } from '../../../src/support/cache-use.ts';
import { smallRecipe, writeSmallCorpus } from '../small-corpus.ts';

let folder: string;
let recipe: string;
const runs = (): string => path.join(folder, 'runs');
const run = (seed: number): Promise<RunResult> => runRecipe(recipe, { runs: runs(), set: [`seed=${seed}`] });

async function filesIn(cache: string): Promise<string[]> {
  const entries = await readdir(path.join(folder, 'cache', cache), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'caches-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  await writeSmallCorpus(path.join(folder, 'mine'));
  recipe = path.join(folder, 'small.yaml');
  await writeFile(recipe, JSON.stringify(smallRecipe(path.join(folder, 'mine'), { epochs: 2 })));
});
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('two processes at once', () => {
  it('share an empty cache, and give what each gives alone', async () => {
    const env = { ISOGLOSS_CACHE: path.join(folder, 'cache') };
    const together = (seed: number) =>
      execa('node', ['bin/run.js', 'run', recipe, '--runs', runs(), '--set', `seed=${seed}`, '--json'], { env });
    const answers = await Promise.all([together(1), together(2)]);
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'alone'));
    for (const [i, { stdout }] of answers.entries()) {
      const { metrics } = await runRecipe(recipe, { runs: path.join(folder, 'alone runs'), set: [`seed=${i + 1}`] });
      expect((JSON.parse(stdout) as RunResult).metrics.test).toEqual(metrics.test);
    }
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
    expect(await filesIn('audio')).toHaveLength(16);
    expect((await listCaches()).users, 'both are done').toBe(0);
  }, 120_000);
});

describe('a run', () => {
  it('says what it has not done again', async () => {
    const third = await run(3);
    const { of } = third.reused!.features;
    expect(third.reused).toEqual({
      recordings: { there: 16, of: 16 },
      features: { there: of, of },
      epochs: { there: 0, of: 2 },
    });
    await rm(path.join(third.folder, 'metrics.json'));
    expect((await run(3)).reused!.epochs).toEqual({ there: 2, of: 2 });
    expect(await run(3)).toMatchObject({ known: true });
  });
});

describe('what is kept', () => {
  it('is listed by kind', async () => {
    const { caches } = await listCaches();
    expect(caches.map(({ cache, files }) => [cache, files])).toEqual([
      ['audio', 16],
      ['features', (await filesIn('features')).length],
      ['phones', 0],
      ['hub', 0],
    ]);
    expect(caches[0]!.bytes).toBeGreaterThan(16 * 16_000 * 2);
  });

  it('is verified: what was damaged is gone, and made anew to the same figures', async () => {
    expect((await verifyCaches()).damaged).toEqual([]);
    const hurt = [(await filesIn('audio'))[3]!, (await filesIn('features'))[2]!];
    for (const file of hurt) {
      const bytes = await readFile(file);
      bytes[bytes.length >> 1]! ^= 1;
      await writeFile(file, bytes);
    }
    expect((await verifyCaches()).damaged.sort()).toEqual(hurt.sort());
    const fourth = await run(4);
    expect(fourth.reused!.recordings).toEqual({ there: 15, of: 16 });
    expect((await verifyCaches()).damaged).toEqual([]);
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'alone'));
    const alone = await runRecipe(recipe, { runs: path.join(folder, 'alone runs'), set: ['seed=4'] });
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
    expect(fourth.metrics.test).toEqual(alone.metrics.test);
  });

  it('goes down to a size, what was used longest ago first; not while a process needs it', async () => {
    const files = await filesIn('audio');
    const long = new Date(Date.now() - 3600_000);
    for (const file of files.slice(0, 5)) await utimes(file, long, long);
    const { bytes } = (await listCaches()).caches[0]!;
    const going = await planClearing({ caches: ['audio'], keep: (bytes * 11) / 16 });
    expect(going.map(({ file }) => file).sort()).toEqual(files.slice(0, 5).sort());
    await withCacheInUse(async () => {
      await expect(clearCaches(going)).rejects.toThrow('at work with the cache');
      // Also one that has been at work for days.
      const [name] = (await readdir(path.join(folder, 'cache'))).filter((one) => one.startsWith('.in-use'));
      await utimes(path.join(folder, 'cache', name!), 1, 1);
      await expect(clearCaches(going)).rejects.toThrow('at work with the cache');
    });
    await clearCaches(going);
    expect(await filesIn('audio')).toHaveLength(11);
    await clearCaches(await planClearing());
    expect((await listCaches()).caches.map((cache) => cache.files)).toEqual([0, 0, 0, 0]);
  });
});

describe('a limit on what is kept', { tags: ['slow'] }, () => {
  const MEGABYTE = 1_000_000;
  const LIMIT = 20 * MEGABYTE;

  /** Files of a megabyte that were used an hour ago, the first of them longest ago. */
  async function old(cache: string, count: number): Promise<string[]> {
    const files = Array.from({ length: count }, (_, i) => path.join(folder, 'cache', cache, 'old', `${10 + i}.f16`));
    await mkdir(path.dirname(files[0]!), { recursive: true });
    for (const [i, file] of files.entries()) {
      const used = new Date(Date.now() - 3600_000 + 1000 * i);
      await writeFile(file, Buffer.alloc(MEGABYTE));
      await utimes(file, used, used);
    }
    return files;
  }

  const limited = (seed: number, limit: string) =>
    execa('node', ['bin/run.js', 'run', recipe, '--runs', runs(), '--set', `seed=${seed}`], {
      env: { ISOGLOSS_CACHE: path.join(folder, 'cache'), ISOGLOSS_CACHE_LIMIT: limit },
    });

  const bytesKept = async (): Promise<number> =>
    (await listCaches()).caches.filter(({ cache }) => cache !== 'hub').reduce((sum, { bytes }) => sum + bytes, 0);

  it('is held by a run: what was used longest ago goes, and nothing from the Hub', async () => {
    await clearCaches(await planClearing());
    const [files, fetched] = [await old('features', 40), await old('hub', 3)];
    await limited(5, '20MB');
    expect(await bytesKept()).toBeLessThanOrEqual(LIMIT);
    const left = files.filter(existsSync);
    expect(left.length).toBeGreaterThan(5);
    expect(left, 'those that were used last').toEqual(files.slice(-left.length));
    expect(fetched.every(existsSync)).toBe(true);
  }, 60_000);

  it('takes nothing that another process has begun to use', async () => {
    await clearCaches(await planClearing());
    const files = await old('features', 10);
    await withCacheInUse(async () => {
      const now = new Date();
      for (const file of files.slice(0, 4)) await utimes(file, now, now);
      const { stderr } = await limited(6, '1MB');
      expect(stderr).toContain('all that is in it is in use');
    });
    expect(files.filter(existsSync)).toEqual(files.slice(0, 4));
  }, 60_000);

  it('is a size, or refused before anything is decoded', async () => {
    await clearCaches(await planClearing());
    await expect(limited(7, 'much')).rejects.toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('ISOGLOSS_CACHE_LIMIT: much is no size') as string,
    });
    expect(await filesIn('audio')).toEqual([]);
  }, 60_000);
});
