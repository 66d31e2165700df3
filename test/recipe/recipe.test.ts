import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipeHash } from '../../src/recipe/hash.ts';
import { loadRecipe } from '../../src/recipe/load.ts';
import { recipeJsonSchema } from '../../src/recipe/schema.ts';
import { InputError } from '../../src/support/errors.ts';

async function recipeOf(text: string): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'recipe-')), 'r.yaml');
  await writeFile(file, text);
  return file;
}
const minimal = 'name: a\nlanguage: it\ncorpus: mine\n';

describe('a recipe', () => {
  it('needs three lines; the rest has defaults', async () => {
    const recipe = await loadRecipe(await recipeOf(minimal));
    expect(recipe.encoder).toEqual({ model: 'embedded', layer: 'mix', freeze: 'nothing' });
    expect(recipe.split.test.minutes).toBe(5);
  });

  it('has the same hash whatever its order and comments, and another when a value changes', async () => {
    const hash = async (text: string): Promise<string> => recipeHash(await loadRecipe(await recipeOf(text)));
    expect(await hash('corpus: mine # mine\nlanguage: it\nname: a\nseed: 1\n')).toBe(await hash(minimal));
    expect(await hash(`${minimal}seed: 2\n`)).not.toBe(await hash(minimal));
  });

  it.each([
    ['an unknown key', `${minimal}spllit: 3\n`, 4, /unknown key spllit \(split\?\).*allowed here.*training/],
    [
      'an unknown key further in',
      `${minimal}split:\n  tst: 3\n`,
      5,
      /unknown key split\.tst \(test\?\); allowed here: seed, test, dev, train/,
    ],
    ['a wrong type', `${minimal}split:\n  seed: abc\n`, 5, /split\.seed: expected number/],
    ['a value that is none of the allowed', `${minimal}head:\n  kind: cnn\n`, 5, /"linear"\|"mlp"\|"transformer"/],
    ['a YAML tag', 'name: !!js/function a\nlanguage: it\ncorpus: x\n', 1, /tag/i],
    ['a missing key', 'name: a\ncorpus: x\n', 1, /language is missing/],
    ['broken YAML', 'name: [a\n', 2, /./],
    ['an empty file', '', 1, /expected object/],
    ['a new encoder that is not trained', `${minimal}encoder:\n  model: new\n`, 5, /new encoder/],
    ['something to train that there is not', `${minimal}train: tail\n`, 4, /head, adapters, all, or \{ top: N \}/],
    [
      'stages that freeze again',
      `${minimal}stages:\n  - { train: { top: 2 }, epochs: 1, learning_rate: 0.1 }\n  - { train: head, epochs: 1, learning_rate: 0.1 }\n`,
      4,
      /freezes again/,
    ],
    [
      'adapters on an encoder that learns',
      `${minimal}stages:\n  - { train: { top: 2 }, epochs: 1, learning_rate: 0.1 }\n  - { train: adapters, epochs: 1, learning_rate: 0.1 }\n`,
      4,
      /adapters stand on/,
    ],
    [
      'stages beside what they replace',
      `${minimal}train: all\nstages:\n  - { train: all, epochs: 1, learning_rate: 0.1 }\n`,
      4,
      /stages say/,
    ],
    [
      'a head beside the model to go on from',
      `${minimal}start: runs/x/model\nhead: { kind: linear }\n`,
      5,
      /comes from the model/,
    ],
    ['a revision of what has none', `${minimal}encoder:\n  model: a.onnx\n  revision: main\n`, 6, /only a repository/],
    [
      'a revision that is none',
      `${minimal}encoder:\n  model: a/b\n  revision: ../up\n`,
      6,
      /a branch, a tag or a commit/,
    ],
    ['a dtype that is none', `${minimal}encoder:\n  model: a/b\n  dtype: float\n`, 6, /"fp32"\|"fp16"\|"q8"/],
    [
      'a dtype that isogloss can’t make',
      `${minimal}encoder:\n  model: embedded\n  dtype: q4\n`,
      6,
      /only a repository/,
    ],
    ['a dtype of what is untrained', `${minimal}encoder:\n  model: random\n  dtype: q8\n`, 6, /only a repository/],
    [
      'rounded weights that learn',
      `${minimal}train: { top: 2 }\nencoder:\n  model: embedded\n  dtype: q8\n`,
      7,
      /can’t learn/,
    ],
    ['freezing what does not learn', `${minimal}encoder:\n  freeze: feature-encoder\n`, 5, /only `train: all`/],
    ['changes to the sound under a frozen encoder', `${minimal}training:\n  augment: {}\n`, 5, /frozen/],
    ['copies that nothing changes', `${minimal}training:\n  copies: 2\n`, 5, /nothing says how/],
    ['untranscribed speech and phones', `${minimal}untranscribed: tapes\ntext:\n  unit: phones\n`, 4, /no words/],
    ['joined utterances where all is trained', `${minimal}train: all\ntraining:\n  joined: 0.5\n`, 6, /frozen/],
  ])('names the line of %s, and what is allowed', async (_, text, line, message) => {
    const file = await recipeOf(text);
    const error = await loadRecipe(file).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(message);
    expect((error as InputError).place).toEqual({ file, line });
  });

  const ours = readdirSync('recipes', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  it.each(ours)('%s is in order', async (name) => {
    await loadRecipe(path.join('recipes', name));
    expect((await readFile(path.join('recipes', name), 'utf8')).split('\n')[0]).toBe(
      `# yaml-language-server: $schema=${path.dirname(name) === '.' ? '' : '../'}recipe.schema.json`,
    );
  });

  it('has a JSON Schema for editors that is up to date (npm run schema)', async () => {
    expect(JSON.parse(await readFile('recipes/recipe.schema.json', 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(recipeJsonSchema())),
    );
  });
});

describe('broken YAML', () => {
  const cases = path.join('test', 'fixtures', 'cases');

  it.each([
    [
      'aliases that unfold into thousands',
      path.join(cases, '42-yaml-aliases', 'bomb.yaml'),
      2,
      /unfolds into too much/,
    ],
    ['an alias of itself', path.join(cases, '42-yaml-aliases', 'self.yaml'), 1, /expected string/],
    ['a locale for a language', path.join(cases, '24-locale-underscore', 'r.yaml'), 2, /language: .*write it-IT/],
  ])('is named by file and line: %s', async (_, file, line, message) => {
    await expect(loadRecipe(file)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message) as string,
      place: { file, line },
    });
  });

  it('is named where it is nested too deep, or has a key that no object can have', async () => {
    await expect(loadRecipe(await recipeOf(`name: ${'['.repeat(200_000)}`))).rejects.toThrow(/nested too deep/);
    await expect(loadRecipe(await recipeOf(`${minimal}text: { map: { __proto__: x } }\n`))).rejects.toThrow(
      /__proto__/,
    );
  });
});
