import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditCorpus } from '../../src/corpus/audit/audit.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import { inspectEncoder } from '../../src/encoder/inspect.ts';
import { loadRun } from '../../src/evaluate/load.ts';
import { exportModel } from '../../src/export/export.ts';
import { Model } from '../../src/model/model.ts';
import { recipeSchema } from '../../src/recipe/schema.ts';
import { finishedRun } from '../../src/report/finished-run.ts';
import { runRecipe } from '../../src/run/run.ts';
import { openPretrained } from '../../src/train/pretrained.ts';
import { IsoglossError } from '../../src/support/errors.ts';
import { writeSmallCorpus } from './small-corpus.ts';

let folder: string;
let whole: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'damaged-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  await writeSmallCorpus(folder);
  const recipe = {
    ...{ name: 'small', language: 'it', corpus: folder, encoder: { model: 'embedded-small' } },
    split: { dev: { minutes: 0.05 }, test: { minutes: 0.05 } },
    head: { kind: 'linear' as const },
    training: { epochs: 1 },
  };
  whole = (await runRecipe(recipe, { runs: path.join(folder, 'runs') })).folder;
}, 240_000);
afterAll(() => {
  vi.unstubAllEnvs();
});

/** A copy of the run with something else in one of its files. */
async function runWith(name: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  const copy = path.join(await mkdtemp(path.join(folder, 'copy-')), 'run');
  await cp(whole, copy, { recursive: true });
  await writeFile(path.join(copy, name), change(await readFile(path.join(copy, name))));
  return copy;
}

const DAMAGES: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  emptied: () => Buffer.alloc(0),
  'cut in half': (bytes) => bytes.subarray(0, bytes.length >> 1),
  'a page that says that there is none': () => Buffer.from('<html>not found</html>'),
  'a pointer to large storage': () =>
    Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4665a5\nsize 12345\n'),
  'an empty list': () => Buffer.from('[]'),
  'its beginning written over': (bytes) => Buffer.from(bytes).fill(0xff, 0, 40),
};

/** No words of a library alone: which file, what is wrong, what to do. */
async function expectNamed(work: Promise<unknown>, file: string): Promise<void> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(IsoglossError);
  const { place, next, message } = error as IsoglossError;
  expect(path.basename(place.file ?? '')).toBe(path.basename(file));
  expect(next.length).toBeGreaterThan(10);
  expect(message).not.toMatch(/wire type|premature EOF|\n|undefined/);
}

describe.each(['model/encoder.onnx', 'model/head.onnx', 'model/vocab.json', 'model/model.json'])('a %s', (name) => {
  it.each(Object.keys(DAMAGES))('%s is named', async (kind) => {
    const run = await runWith(name, DAMAGES[kind]!);
    await expectNamed(Model.load(run), name);
  });
});

describe('a recipe.lock.yaml', () => {
  const broken = (): Promise<string> => runWith('recipe.lock.yaml', () => Buffer.from('recipe: {name: [a, b\n'));

  it('that is no YAML is named by all who read it', async () => {
    const run = await broken();
    await expectNamed(loadRun(run), 'recipe.lock.yaml');
    await expectNamed(finishedRun(run, 'test'), 'recipe.lock.yaml');
    await expectNamed(exportModel(run, 'onnx'), 'recipe.lock.yaml');
  });

  it('that lacks what is read from it is named with the field', async () => {
    const run = await runWith('recipe.lock.yaml', () => Buffer.from('recipe: {name: a}\n'));
    await expect(loadRun(run)).rejects.toMatchObject({ message: expect.stringContaining('recipe.text') as string });
    await expect(finishedRun(run, 'test')).rejects.toMatchObject({
      message: expect.stringContaining('recipe.language') as string,
    });
  });

  it('stops a run that begins with the damaged lock of one that was cut off', async () => {
    const run = await runWith('recipe.lock.yaml', () => Buffer.from('locked: *nobody\n'));
    await expectNamed(
      import('../../src/run/locked-encoder.ts').then(({ readLockedEncoder }) => readLockedEncoder(run)),
      'recipe.lock.yaml',
    );
  });
});

it('a source.yaml that is no YAML is named, not the recordings that it leads to', async () => {
  const corpus = await mkdtemp(path.join(folder, 'corpus-'));
  await writeManifest(corpus, [{ id: 'a', audio: 'field/a.wav', text: 'a' }]);
  await writeFile(path.join(corpus, 'source.yaml'), 'media: {field: [\n');
  await expectNamed(auditCorpus(corpus), 'source.yaml');
});

describe('an encoder’s file that was damaged', () => {
  it.each(['wav2vec2-ctc-legacy17.onnx', 'whisper-legacy17.onnx', 'hubert-legacy14.onnx'])(
    '%s is named',
    async (name) => {
      const bytes = await readFile(path.join('test/fixtures/encoders', name));
      for (const damage of Object.values(DAMAGES)) {
        const file = path.join(await mkdtemp(path.join(folder, 'encoder-')), 'damaged.onnx');
        await writeFile(file, damage(bytes));
        await expectNamed(inspectEncoder({ model: file }), file);
        const recipe = recipeSchema.parse({ name: 'a', language: 'it', corpus: folder, encoder: { model: file } });
        await expectNamed(openPretrained(recipe), file);
      }
    },
  );
});
