import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { AudioCache } from '../audio/cache.ts';
import { findCorpus, readTerms, type Terms } from '../corpus/source.ts';
import { recipeHash } from '../recipe/hash.ts';
import { loadRecipe } from '../recipe/load.ts';
import type { Recipe, RecipeInput } from '../recipe/schema.ts';
import type { Confidence } from '../evaluate/calibration.ts';
import type { Scores } from '../evaluate/score.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import { machine, type Machine } from '../onnx/runtime/machine.ts';
import { sha256, writeAtomic, writeJson } from '../support/files.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { withLock } from '../support/lock.ts';
import { silent, type Progress } from '../support/progress.ts';
import { versions } from '../support/versions.ts';
import { findProblems, factsOf, type TrainingFinding } from './findings.ts';
import type { MemoryMode } from '../train/memory.ts';
import { writeReport } from './report.ts';
import { prepare, type Prepared } from '../dataset/prepare.ts';
import type { TextSummary } from '../dataset/texts.ts';
import { trainAndTest } from './train-and-test.ts';
import { UnusableCorpus } from '../dataset/unusable.ts';
import { earlierRun, type Forgetting } from './forgetting.ts';
import { lockEncoder, readLockedEncoder, type LockedEncoder } from './locked-encoder.ts';
import { fromModel, openPretrained } from '../train/pretrained.ts';

export interface RunOptions {
  /** Where run folders are; `runs` by default. */
  runs?: string;
  progress?: Progress;
  signal?: AbortSignal;
}

/** What `metrics.json` holds. */
export interface Metrics {
  test: Scores;
  dev: Scores;
  train: {
    epochs: number;
    seconds: number;
    frames_per_second: number;
    /** Of each stage: whether it kept or computed anew, and in bytes what it was expected to take at most and what the process has taken. */
    memory: { mode: MemoryMode; expected: number; most: number }[];
  };
  features: {
    seconds: number;
    real_time_factor: number | null;
    /** Files of the cache that were not as they had been written, and were computed anew. */
    damaged?: number;
  };
  /** What it ran on, at its end; runs of earlier versions don't say. */
  machine?: Pick<Machine, 'device' | 'threads'>;
  /** The same head on the untrained encoder. */
  baseline?: { test: Scores };
  /** What the words' confidences are worth; not for phones. */
  confidence?: Confidence;
  /** The same model decoded greedily, where it decodes by beam search. */
  greedy?: { test: Scores };
  /** The same hypotheses and references without their tones, where the language is written with any. */
  without_tones?: { test: Scores };
  /** What a perfect choice among the n best hypotheses of beam search would give: how much a better language model could gain. */
  oracle?: { nbest: number; test: Scores };
  /** Where training went on from an earlier model: that model on this test split, and both on the earlier run's. */
  before?: Forgetting['before'];
  forgetting?: Forgetting['forgetting'];
}

export interface RunResult {
  folder: string;
  metrics: Metrics;
  setAside: SetAside[];
  /** What became of the transcripts: also in `text.json`. Runs of earlier versions don't say. */
  text?: TextSummary;
  /** What went wrong in training, as far as it is known how: also in `findings.json`. */
  findings: TrainingFinding[];
  /** Whether all of it was there from an earlier run. */
  known: boolean;
}

/**
 * The main job: prepare → features → train → evaluate → report. The run's folder is named by the recipe's content: a changed
 * recipe runs anew, the same one goes on where it was cut off, or answers at once.
 * @throws InputError for a bad recipe or corpus, WorkError when the work itself fails or another process is at it
 */
export async function runRecipe(source: string | RecipeInput, options: RunOptions = {}): Promise<RunResult> {
  const recipe = await loadRecipe(source);
  const folder = runFolder(recipe, options.runs ?? 'runs');
  const known = await finishedRun(folder);
  if (known) return known;

  await mkdir(folder, { recursive: true });
  // Another process may have finished it in between.
  return withLock(folder, async () => (await finishedRun(folder)) ?? runIn(folder, recipe, options));
}

async function runIn(folder: string, recipe: Recipe, options: RunOptions): Promise<RunResult> {
  const progress = options.progress ?? silent;
  const { device, threads } = await machine();
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const before = await readLockedEncoder(folder);
  const model = recipe.start === undefined ? undefined : await modelFolder(recipe.start, options.runs ?? 'runs');
  const start =
    model === undefined
      ? await openPretrained(recipe, { progress, signal: options.signal, commit: before?.commit })
      : await fromModel(model, { progress, signal: options.signal });
  const encoder = start.source && (await lockEncoder(start.source, before));
  const earlier = model === undefined ? undefined : await earlierRun(model, cache, progress, options.signal);
  const prepared = await prepare(recipe, cache, progress, options.signal, {
    vocabulary: start.vocabulary,
    reserved: earlier?.reserved,
  }).catch(async (error: unknown) => {
    if (error instanceof UnusableCorpus) await writeJsonLines(path.join(folder, 'set-aside.jsonl'), error.setAside);
    throw error;
  });
  await writeAtomic(
    path.join(folder, 'recipe.lock.yaml'),
    stringify(lockOf(recipe, prepared, encoder, { device, threads })),
  );
  await writeJsonLines(path.join(folder, 'set-aside.jsonl'), prepared.setAside);
  await writeJson(path.join(folder, 'text.json'), prepared.text);

  const sources = await sourcesOf(recipe);
  const trained = await trainAndTest({
    recipe,
    prepared,
    folder,
    start,
    earlier,
    sources,
    progress,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  await writeJsonLines(path.join(folder, 'hypotheses.jsonl'), trained.hypotheses);
  const metrics: Metrics = { ...trained.metrics, machine: { device, threads } };
  const findings = findProblems(factsOf(recipe, prepared, trained));
  await writeJson(path.join(folder, 'findings.json'), findings);
  await writeReport({ folder, recipe, prepared, trained: { ...trained, metrics }, sources });
  // Last: a folder that has it is finished.
  await writeJson(path.join(folder, 'metrics.json'), metrics);
  return { folder, metrics, setAside: prepared.setAside, text: prepared.text, findings, known: false };
}

export const runFolder = (recipe: Recipe, runs: string): string =>
  path.join(runs, `${recipe.name}-${recipeHash(recipe).slice(0, 8)}`);

/** The model that a recipe's `start` names: a folder, or what another recipe's run has left. */
async function modelFolder(start: string, runs: string): Promise<string> {
  if (!/\.ya?ml$/.test(start)) return start;
  const folder = runFolder(await loadRecipe(start), runs);
  if (await finishedRun(folder)) return path.join(folder, 'model');
  throw new InputError(`start: ${start} has not been run to its end`, `First: isogloss run ${start}`, { file: folder });
}

async function finishedRun(folder: string): Promise<RunResult | undefined> {
  const file = path.join(folder, 'metrics.json');
  if (!existsSync(file)) return undefined;
  const metrics = JSON.parse(await readFile(file, 'utf8')) as Metrics;
  const lines = (await readFile(path.join(folder, 'set-aside.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '');
  // Runs that were finished before there were findings have none.
  const findings = await readFile(path.join(folder, 'findings.json'), 'utf8').catch(() => '[]');
  const text = await readFile(path.join(folder, 'text.json'), 'utf8').catch(() => undefined);
  return {
    folder,
    metrics,
    setAside: lines.map((line) => JSON.parse(line) as SetAside),
    ...(text === undefined ? {} : { text: JSON.parse(text) as TextSummary }),
    findings: JSON.parse(findings) as TrainingFinding[],
    known: true,
  };
}

/** The recipe with all its defaults, and hashes of what it was run on. */
function lockOf(recipe: Recipe, prepared: Prepared, encoder: LockedEncoder | undefined, machine: Machine): object {
  const parts = { train: prepared.train, dev: prepared.dev, test: prepared.test };
  const hashes = Object.fromEntries(
    Object.entries(parts).map(([name, items]) => [
      name,
      {
        utterances: items.length,
        minutes: Number((items.reduce((sum, item) => sum + item.samples, 0) / 16000 / 60).toFixed(2)),
        audio: sha256(items.map((item) => item.key).join('\n')),
        text: sha256(items.map((item) => item.tokens.join(' ')).join('\n')),
      },
    ]),
  );
  const relaxed = prepared.relaxed.length > 0 ? { relaxed: prepared.relaxed } : {};
  return { recipe, locked: { ...hashes, ...relaxed, ...(encoder ? { encoder } : {}), ...versions(), ...machine } };
}

async function sourcesOf(recipe: Recipe): Promise<{ name: string; source?: Terms }[]> {
  return Promise.all(
    [recipe.corpus].flat().map(async (name) => {
      const { sourceFolder, name: short } = findCorpus(name);
      const source = sourceFolder === undefined ? undefined : await readTerms(sourceFolder);
      return { name: short, ...(source ? { source } : {}) };
    }),
  );
}

async function writeJsonLines(file: string, records: readonly unknown[]): Promise<void> {
  await writeAtomic(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
