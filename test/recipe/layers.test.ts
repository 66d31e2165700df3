import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRecipe, recipeHash } from '../../src/recipe/index.ts';

let folder: string;
const file = (name: string): string => path.join(folder, name);

async function write(name: string, text: string): Promise<string> {
  await mkdir(path.dirname(file(name)), { recursive: true });
  await writeFile(file(name), text);
  return file(name);
}

const BASE =
  'name: base\nlanguage: it\ncorpus: mine\nhead: { kind: linear, dropout: 0.3 }\ntext: { profile: [sch, ng] }\n';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'layers-'));
  await write('base.yaml', BASE);
});

describe('a recipe that extends another', () => {
  it('has its fields, maps merged deeply and lists replaced; null takes back to the default', async () => {
    const child = await write(
      'family/child.yaml',
      'extends: ../base.yaml\nname: child\nhead: { dropout: 0.5 }\ntext: { profile: [ch] }\n',
    );
    const grandchild = await write('grandchild.yaml', 'extends: family/child.yaml\nhead: { kind: ~ }\n');
    expect(await loadRecipe(child)).toMatchObject({
      name: 'child',
      corpus: 'mine',
      head: { kind: 'linear', dropout: 0.5 },
      text: { profile: ['ch'] },
    });
    const defaults = await loadRecipe({ name: 'a', language: 'it', corpus: 'b' });
    expect((await loadRecipe(grandchild)).head).toEqual({ ...defaults.head, dropout: 0.5 });
  });

  it('is known by what it says in the end, not by how it is written', async () => {
    const short = await write('short.yaml', 'extends: base.yaml\nseed: 5\n');
    const long = await write('long.yaml', `${BASE}seed: 5\n`);
    expect(recipeHash(await loadRecipe(short))).toBe(recipeHash(await loadRecipe(long)));
  });

  it('finds an orthography profile from the file that names it', async () => {
    await write('family/letters.tsv', 'Grapheme\na\nnch\n');
    await write(
      'family/with.yaml',
      `${BASE.replace('text: { profile: [sch, ng] }', 'text: { profile_file: letters.tsv }')}`,
    );
    const child = await write('far.yaml', 'extends: family/with.yaml\n');
    expect((await loadRecipe(child)).text.profile).toContain('nch');
  });

  it.each([
    ['ring-a.yaml', 'extends: ring-b.yaml\n', 1, /ring-a\.yaml → ring-b\.yaml → ring-a\.yaml is a ring/],
    ['lost.yaml', 'seed: 1\nextends: nowhere.yaml\n', 2, /there is no nowhere\.yaml/],
    ['list.yaml', 'extends: [base.yaml]\n', 1, /expected the path/],
    ['wrong.yaml', 'extends: base.yaml\nhead: { dropout: 3 }\n', 2, /head\.dropout/],
    ['extendz.yaml', `${BASE}extendz: base.yaml\n`, 6, /unknown key extendz \(extends\?\)/],
  ])('says where %s is wrong', async (name, text, line, message) => {
    await write('ring-b.yaml', 'extends: ring-a.yaml\n');
    const wrong = await write(name, text);
    const at = name === 'ring-a.yaml' ? 'ring-b.yaml' : name;
    await expect(loadRecipe(wrong)).rejects.toMatchObject({
      message: expect.stringMatching(message) as unknown,
      place: { file: file(at), line },
    });
  });

  it('names the file below, where that is wrong', async () => {
    const base = await write('bad-base.yaml', `${BASE}seed: x\n`);
    const child = await write('good-child.yaml', 'extends: bad-base.yaml\ntitle: good\n');
    await expect(loadRecipe(child)).rejects.toMatchObject({ place: { file: base, line: 6 } });
  });
});

describe('fields that are set beside a recipe', () => {
  it('have values as YAML has them, and change what the run is called', async () => {
    const set = ['training.epochs=3', 'train={ top: 2 }', 'title=3 epochs', 'head.dropout='];
    const recipe = await loadRecipe(file('base.yaml'), { set });
    expect(recipe).toMatchObject({ training: { epochs: 3 }, train: { top: 2 }, title: '3 epochs' });
    const plain = await loadRecipe(file('base.yaml'));
    expect([plain.head.dropout, recipe.head.dropout]).toEqual([0.3, 0.2]);
    expect(recipeHash(recipe)).not.toBe(recipeHash(plain));
  });

  it('override what an object says, too', async () => {
    const input = { name: 'a', language: 'it', corpus: 'b', seed: 2 };
    expect((await loadRecipe(input, { set: ['seed=9'] })).seed).toBe(9);
  });

  it.each([
    ['epochs', /sets no field/],
    ['training.epochs=many', /training\.epochs: expected number/],
    ['training.epoch=1', /unknown key training\.epoch \(epochs\?\)/],
    ['encoder.revision=main', /encoder\.revision: only a repository/],
    ['title=!!js/function x', /tag/],
    ['title=[', /./],
  ])('are refused by the schema, with the words that set them: %s', async (set, message) => {
    await expect(loadRecipe(file('base.yaml'), { set: [set] })).rejects.toMatchObject({
      message: expect.stringMatching(message) as unknown,
      ...(set.includes('=') ? { place: { file: `--set ${set}` } } : {}),
    });
  });
});
