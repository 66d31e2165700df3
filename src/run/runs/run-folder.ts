import { existsSync } from 'node:fs';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { recipeSchema, type Recipe } from '../../recipe/schema.ts';
import { InputError } from '../../support/errors.ts';
import { isInUse } from '../../support/lock.ts';
import { shaped } from '../../support/shape.ts';
import { readYaml } from '../../support/yaml.ts';
import { finishedRun } from '../folder.ts';
import type { RunResult } from '../result.ts';

/** All that a run writes into its folder; whatever else is there, somebody else has put there. */
const WRITTEN = [
  ...['recipe.lock.yaml', 'inputs.jsonl', 'inputs.seen', 'in-use.json', 'set-aside.jsonl', 'set-aside-now.jsonl'],
  ...['text.json', 'epochs.jsonl', 'decoding-weights.json', 'hypotheses.jsonl', 'findings.json', 'report.html'],
  ...['metrics.json', 'self-training.json', 'checkpoints', 'baseline', 'untranscribed', 'language-model', 'model'],
];

const part = z.looseObject({ utterances: z.number(), minutes: z.number(), audio: z.string(), text: z.string() });

const lockSchema = z.looseObject({
  recipe: recipeSchema,
  locked: z.looseObject({
    train: part,
    dev: part,
    test: part,
    isogloss: z.string().optional(),
    onnxruntime: z.string().optional(),
    node: z.string().optional(),
    ffmpeg: z.string().optional(),
    code: z.string().optional(),
    cpu: z.string().optional(),
    platform: z.string().optional(),
    device: z.string().optional(),
    threads: z.number().optional(),
  }),
});

/** `recipe.lock.yaml`: the recipe with all its defaults, and what it was run on. */
export type RunLock = z.infer<typeof lockSchema>;

const RUN_AGAIN = 'Run its recipe again: the lock was damaged, or is of another version of isogloss.';

/** @throws InputError when it is none */
export const parseLock = (value: unknown, file: string): RunLock => shaped(lockSchema, value, { file }, RUN_AGAIN);

export const RUN_STATES = ['finished', 'unfinished', 'at work', 'damaged'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** The folder of a run, finished or not. */
export class RunFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** @throws InputError when there is none */
  static at(folder: string): RunFolder {
    const run = new RunFolder(folder);
    if (run.exists) return run;
    throw new InputError(
      'not the folder of a run: there is no recipe.lock.yaml',
      'isogloss runs list names those in ./runs.',
      { file: folder },
    );
  }

  get exists(): boolean {
    return existsSync(this.file('recipe.lock.yaml'));
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** @throws InputError when it is damaged */
  async lock(): Promise<RunLock> {
    const file = this.file('recipe.lock.yaml');
    return parseLock((await readYaml(file, RUN_AGAIN)).value, file);
  }

  async recipe(): Promise<Recipe> {
    return (await this.lock()).recipe;
  }

  /** What it has found; undefined while it isn't finished. */
  result(): Promise<RunResult | undefined> {
    return finishedRun(this.folder);
  }

  async state(): Promise<RunState> {
    if (await isInUse(this.folder)) return 'at work';
    if (!(await this.lock().catch(() => undefined))) return 'damaged';
    if (await this.result()) return 'finished';
    return existsSync(this.file('metrics.json')) ? 'damaged' : 'unfinished';
  }

  /** When its last step was written; its model is there since then. */
  async changedAt(): Promise<Date> {
    const file = [this.file('metrics.json'), this.file('epochs.jsonl'), this.file('recipe.lock.yaml')].find(existsSync);
    return (await stat(file!)).mtime;
  }

  /** Folders of checkpoints: what a finished run needs no more. */
  async checkpoints(): Promise<string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && entry.name === 'checkpoints')
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .sort();
  }

  /**
   * Deletes what a run has written.
   * @returns names of what somebody else has put there: it stays
   */
  async delete(): Promise<string[]> {
    for (const name of WRITTEN) await rm(this.file(name), { recursive: true, force: true });
    const rest = await readdir(this.folder);
    if (rest.length === 0) await rmdir(this.folder);
    return rest;
  }
}

/** Bytes of a file, or of all that is in a folder. */
export async function bytesIn(place: string): Promise<number> {
  const info = await stat(place).catch(() => undefined);
  if (!info?.isDirectory()) return info?.size ?? 0;
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file)
        .then(({ size }) => size)
        .catch(() => 0),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Folders of runs in a folder, by name. @throws InputError when it isn't there */
export async function runsIn(runs: string): Promise<RunFolder[]> {
  const entries = await readdir(runs, { withFileTypes: true }).catch((error: unknown) => {
    throw new InputError('there is no such folder of runs', 'Name it with --runs.', { file: runs }, error);
  });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => new RunFolder(path.join(runs, name)))
    .filter(({ exists }) => exists)
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}
