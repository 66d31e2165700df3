import { copyFile, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AudioCache } from '../../src/audio/cache.ts';
import { loadManifest, writeManifest } from '../../src/corpus/manifest.ts';
import { runRecipe } from '../../src/run/run.ts';
import type { RunResult } from '../../src/run/result.ts';
import { smallRecipe, writeSmallCorpus } from './small-corpus.ts';

let folder: string;
const runs = (): string => path.join(folder, 'runs');
const run = (): Promise<RunResult> => runRecipe(path.join(folder, 'small.yaml'), { runs: runs() });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'changed-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  await writeSmallCorpus(folder);
  const recipe = { ...smallRecipe(folder, { epochs: 1 }), baseline: { random_encoder: false } };
  await writeFile(path.join(folder, 'small.yaml'), JSON.stringify(recipe));
});
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('a run whose corpus has changed since', () => {
  it('says what is different, and goes into a folder of its own', async () => {
    const first = await run();
    expect(first).toMatchObject({ known: false });
    const preparing = vi.spyOn(AudioCache.prototype, 'key');
    expect(await run()).toEqual({ ...first, known: true, reused: undefined });
    expect(preparing, 'at once, without a look into recordings').not.toHaveBeenCalled();
    await utimes(path.join(folder, 'e.wav'), new Date(), new Date());
    expect(await run()).toEqual({ ...first, known: true, reused: undefined });
    expect(preparing, 'touched, so that they are looked into').toHaveBeenCalled();
    preparing.mockRestore();

    const before = await loadManifest(folder);
    const used = (await readFile(path.join(first.folder, 'inputs.jsonl'), 'utf8')).trim().split('\n');
    expect(used.filter((line) => line.includes('"id"'))).toHaveLength(16);
    await writeManifest(
      folder,
      before.filter(({ id }) => id !== 'p').map((u) => (u.id === 'b' ? { ...u, text: 'su bb' } : u)),
    );
    await copyFile(path.join(folder, 'c.wav'), path.join(folder, 'd.wav'));
    const second = await run();
    expect(second.known).toBe(false);
    expect(second.folder).toMatch(new RegExp(`^${first.folder}-[0-9a-f]{8}$`));
    expect(second.changed).toMatchObject({ since: first.folder });
    expect(second.changed!.what).toMatch(
      /1 utterance is gone \(p\); the sound of 1 has changed \(d\); the text of 1 has changed \(b\)/,
    );
    expect(await run()).toEqual({ ...second, known: true, reused: undefined });

    expect((await readdir(runs())).length).toBe(2);
  });

  it('and a run folder that was damaged, is made whole', async () => {
    await rm(runs(), { recursive: true });
    const first = await run();
    await writeFile(path.join(first.folder, 'metrics.json'), '');
    const healed = await run();
    expect(healed.known).toBe(false);
    expect(healed.metrics.test).toEqual(first.metrics.test);

    const checkpoint = path.join(first.folder, 'checkpoints', 'last.ckpt');
    await writeFile(checkpoint, (await readFile(checkpoint)).subarray(0, 1000));
    await rm(path.join(first.folder, 'metrics.json'));
    await expect(run()).rejects.toMatchObject({
      place: { file: checkpoint },
      next: expect.stringMatching(/Delete/) as unknown,
    });
  });
});
