import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { mlflowFiles, type MlflowRun } from '../../src/formats/mlflow.ts';
import type { Scalar } from '../../src/formats/tfevents.ts';

const FIXTURES = 'test/fixtures/mlflow';
const PARAMS = { language: 'no', 'training.epochs': 27, 'text.map': { 'a/b': 'c' }, title: 'two\nlines', start: '' };

const json = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;

it('runs are written as MLflow itself has read them', async () => {
  // Not every disk keeps ö as it is written.
  const metrics = (await json<Scalar[]>('test/fixtures/tensorboard/scalars.json')).filter(
    ({ tag }) => tag !== 'grösse/ŋ',
  );
  const run: MlflowRun = {
    ...{ experiment: 'mboshi, yes', name: '0123', finished: true, params: PARAMS, metrics },
    artifacts: { 'recipe.lock.yaml': 'recipe: {}\n' },
  };
  const atWork = { ...run, name: 'on', finished: false };
  const written = new Map([run, atWork].flatMap((one) => [...mlflowFiles('file:///mlruns', one)]));
  const there = await readdir(`${FIXTURES}/mlruns`, { recursive: true, withFileTypes: true });
  const files = there.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  expect([...written.keys()].map((name) => path.join(FIXTURES, 'mlruns', name)).sort()).toEqual(files.sort());
  for (const [name, text] of written) expect(await readFile(`${FIXTURES}/mlruns/${name}`, 'utf8'), name).toBe(text);

  const history: Record<string, unknown[]> = {};
  for (const { tag, step, value, time } of metrics) (history[tag] ??= []).push([step, value, 1000 * time]);
  const read = {
    ...{ experiment: 'mboshi, yes', name: '0123', status: 'FINISHED', start: 1795737600500, end: 1795737700000 },
    params: {
      ...{ language: 'no', 'training.epochs': '27', 'text.map': '{"a/b":"c"}', title: '"two\\nlines"', start: '' },
    },
    metrics: history,
  };
  const found = await json<(typeof read)[]>(`${FIXTURES}/read-by-mlflow.json`);
  expect(found).toHaveLength(2);
  expect(found).toEqual(
    expect.arrayContaining([read, { ...read, name: 'on', status: 'RUNNING', end: null as unknown as number }]),
  );
});
