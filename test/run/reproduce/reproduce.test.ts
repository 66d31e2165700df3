import { unzipSync, strFromU8 } from 'fflate';
import { copyFile, cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadManifest, writeManifest } from '../../../src/corpus/manifest.ts';
import { loadRecipe } from '../../../src/recipe/index.ts';
import { archiveRun, reproduce, runRecipe, type RunResult } from '../../../src/run/index.ts';
import { recipeHash } from '../../../src/recipe/index.ts';
import { smallRecipe, writeSmallCorpus } from '../small-corpus.ts';

let folder: string;
let run: RunResult;
const at = (...names: string[]): string => path.join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reproduce-'));
  vi.stubEnv('ISOGLOSS_CACHE', at('cache'));
  await writeSmallCorpus(at('mine'));
  const utterances = await loadManifest(at('mine'));
  await writeManifest(
    at('mine'),
    utterances.map((utterance, i) => ({ ...utterance, speaker: ['Ana Pérez', 'Bea Ruiz'][i % 2]! })),
  );
  run = await runRecipe(smallRecipe(at('mine'), { epochs: 2 }), { runs: at('runs') });
}, 120_000);
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('an archive', () => {
  it('has all that a reproduction needs, and no word, name or sound of the corpus', async () => {
    const { file, names } = await archiveRun(run.folder, { output: at('plain.zip') });
    const files = unzipSync(await readFile(file));
    expect(Object.keys(files)).toEqual(names);
    expect(names).toEqual(
      expect.arrayContaining(['recipe.lock.yaml', 'DATA.md', 'model/model.json', 'model/head.onnx']),
    );
    expect(names).not.toEqual(expect.arrayContaining(['hypotheses.jsonl']));
    const encoder = await readFile(path.join(run.folder, 'model/encoder.onnx'));
    expect(encoder.equals(files['model/encoder.onnx']!), 'the model is whole').toBe(true);
    const texts = names.filter((name) => !name.endsWith('.onnx')).map((name) => strFromU8(files[name]!));
    for (const text of texts) expect(text).not.toMatch(/Pérez|Ruiz|\bsu [a-p]\b/);
    expect(parse(strFromU8(files['CITATION.cff']!))).toMatchObject({ 'cff-version': '1.2.0', type: 'software' });
    expect(strFromU8(files['DATA.md']!)).toContain('| train | ');
    await writeFile(at('recipe.yaml'), files['recipe.yaml']!);
    const lock = parse(strFromU8(files['recipe.lock.yaml']!)) as { recipe: Parameters<typeof recipeHash>[0] };
    expect(recipeHash(await loadRecipe(at('recipe.yaml')))).toBe(recipeHash(lock.recipe));
  });

  it('has texts and the report where it is told to', async () => {
    const { names, file } = await archiveRun(run.folder, { output: at('full.zip'), withTexts: true, withReport: true });
    expect(names).toEqual(expect.arrayContaining(['manifest.jsonl', 'hypotheses.jsonl', 'report.html']));
    const files = unzipSync(await readFile(file));
    expect(strFromU8(files['manifest.jsonl']!).trim().split('\n')).toHaveLength(16);
    expect(strFromU8(files['inputs.jsonl']!)).toContain('Ana Pérez');
  });
});

describe('a run is reproduced', () => {
  it('but not where it lies, as if it were its own reproduction', async () => {
    await expect(reproduce(run.folder, { runs: at('runs') })).rejects.toThrow('that of the run itself');
  });

  it('bit for bit from its folder, from what the lock says of machine and versions', async () => {
    const { locked } = parse(await readFile(path.join(run.folder, 'recipe.lock.yaml'), 'utf8')) as {
      locked: Record<string, unknown>;
    };
    expect(Object.keys(locked)).toEqual(
      expect.arrayContaining([
        'isogloss',
        'code',
        'onnxruntime',
        'node',
        'ffmpeg',
        'platform',
        'cpu',
        'device',
        'threads',
      ]),
    );
    const again = await reproduce(run.folder, { runs: at('again') });
    expect(again).toMatchObject({ outcome: 'identical', environment: [], inputs: [], known: false });
    expect(again.folder).not.toBe(run.folder);
  });

  it('and from its archive, elsewhere, with an empty cache', async () => {
    vi.stubEnv('ISOGLOSS_CACHE', at('empty cache'));
    await cp(at('mine'), at('elsewhere'), { recursive: true });
    const options = { runs: at('from archive'), corpus: [at('elsewhere')] };
    const { outcome, known, now } = await reproduce(at('plain.zip'), options);
    expect({ outcome, known }).toEqual({ outcome: 'identical', known: false });
    expect(now.test.cer).toBe(run.metrics.test.cer);
    expect(await reproduce(at('plain.zip'), options)).toMatchObject({ outcome: 'identical', known: true });
  });

  it('not from a changed corpus: the utterances are named, and nothing is trained', async () => {
    await cp(at('mine'), at('changed'), { recursive: true });
    await copyFile(at('changed/c.wav'), at('changed/d.wav'));
    const utterances = await loadManifest(at('changed'));
    await writeManifest(
      at('changed'),
      utterances.map((utterance) => (utterance.id === 'b' ? { ...utterance, text: 'su bb' } : utterance)),
    );
    const options = { runs: at('of changed'), corpus: [at('changed')] };
    await expect(reproduce(at('plain.zip'), options)).rejects.toMatchObject({
      message: expect.stringMatching(/the sound of 1 has changed \(d\); the text of 1 has changed \(b\)/) as unknown,
      next: expect.stringContaining('--anyway') as unknown,
    });
    const { inputs } = await reproduce(at('plain.zip'), { ...options, anyway: true });
    expect(inputs).toEqual([
      { code: 'audio', items: ['d'] },
      { code: 'text', items: ['b'] },
    ]);
    await expect(reproduce(at('plain.zip'), { corpus: [at('mine'), at('changed')] })).rejects.toThrow('1 corpora');
  });

  it('says what is different of the machine, and how far the figures are apart', async () => {
    await cp(run.folder, at('runs', 'foreign'), { recursive: true });
    const file = at('runs', 'foreign', 'recipe.lock.yaml');
    const lock = parse(await readFile(file, 'utf8')) as { locked: Record<string, unknown> };
    await writeFile(file, stringify({ ...lock, locked: { ...lock.locked, cpu: 'Another', ffmpeg: undefined } }));
    const metricsFile = at('runs', 'foreign', 'metrics.json');
    const metrics = JSON.parse(await readFile(metricsFile, 'utf8')) as RunResult['metrics'];
    const moved = async (by: number): Promise<string> => {
      const test = { ...metrics.test, cer: metrics.test.cer + by };
      await writeFile(metricsFile, JSON.stringify({ ...metrics, test }));
      const { outcome, environment } = await reproduce(at('runs', 'foreign'), { runs: at('again') });
      expect(environment.map(({ what, before }) => [what, before])).toEqual([
        ['ffmpeg', undefined],
        ['cpu', 'Another'],
      ]);
      return outcome;
    };
    expect([await moved(0), await moved(0.009), await moved(0.02)]).toEqual(['identical', 'close', 'apart']);
  });

  it('not from what is none', async () => {
    await writeFile(at('not.zip'), 'PK but no more');
    await expect(reproduce(at('not.zip'))).rejects.toMatchObject({ place: { file: at('not.zip') } });
    await expect(reproduce(at('nowhere.zip'))).rejects.toThrow('no such run or archive');
  });
});
