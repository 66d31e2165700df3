import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { findCorpus, readTerms, type Terms } from '../corpus/source.ts';
import { loadRecipe } from '../recipe/load.ts';
import type { Recipe, RecipeInput } from '../recipe/schema.ts';
import { machine } from '../onnx/runtime/machine.ts';
import { withCacheInUse } from '../support/cache-use.ts';
import { sha256, sha256File, writeAtomic, writeJson } from '../support/files.ts';
import { sweepLeftovers } from '../support/leftovers.ts';
import { withLock } from '../support/lock.ts';
import { silent, type Progress } from '../support/progress.ts';
import { environment, type Environment } from './environment.ts';
import { findProblems } from './findings.ts';
import { factsOf } from './findings/facts.ts';
import { writeReport } from './report.ts';
import type { Prepared } from '../dataset/prepare.ts';
import { beginningOf, type Beginning } from './beginning.ts';
import { minutesOf } from '../dataset/seconds.ts';
import { trainAndTest } from './train-and-test.ts';
import { UnusableCorpus } from '../dataset/unusable.ts';
import { finishedRun, folderFor, runFolder } from './folder.ts';
import { inputsOf, readInputs, writeInputs, type RunInputs } from './inputs.ts';
import { finishedWith, lookOf, rememberLook } from './seen.ts';
import { lockEncoder, readLockedEncoder, type LockedEncoder } from './locked-encoder.ts';
import { findUntranscribed, sizesOf, type Untranscribed } from './untranscribed/recordings.ts';
import type { Metrics, RunResult } from './result.ts';

export interface RunOptions {
  /** Where run folders are; `runs` by default. */
  runs?: string;
  /** Fields of the recipe that are set beside it: `training.epochs=10`, the value as YAML has it. */
  set?: readonly string[] | undefined;
  /** Told what the run works on, before anything is trained; what it throws ends the run. */
  onInputs?: ((inputs: RunInputs) => void) | undefined;
  /** The revision of an encoder on the Hub, where the recipe leaves it open and no earlier run says it. */
  commit?: string | undefined;
  /** Also trains the head on the untrained encoder, whatever the recipe says of it. */
  baseline?: boolean | undefined;
  progress?: Progress;
  signal?: AbortSignal;
}

/**
 * The main job: prepare → features → train → evaluate → report. The run's folder is named by the recipe's content: a
 * changed recipe runs anew, the same one goes on where it was cut off, or answers at once. Where the corpus, or a file
 * that it reads, is not what it was, it says what has changed and runs in a folder of its own.
 * @throws InputError for a bad recipe or corpus, WorkError when the work itself fails or another process is at it
 */
export async function runRecipe(source: string | RecipeInput, options: RunOptions = {}): Promise<RunResult> {
  const recipe = withBaseline(await loadRecipe(source, { set: options.set }), options);
  const runs = options.runs ?? 'runs';
  const look = await lookOf(recipe, runs);
  const unchanged = await finishedWith(look, runFolder(recipe, runs));
  if (unchanged) {
    const inputs = await readInputs(unchanged.folder);
    if (inputs) options.onInputs?.(inputs);
    return unchanged;
  }
  return withCacheInUse(() => runOn(recipe, look, options));
}

export const withBaseline = (recipe: Recipe, { baseline }: Pick<RunOptions, 'baseline'>): Recipe =>
  baseline ? { ...recipe, baseline: { random_encoder: true } } : recipe;

/** @param look at the files that it reads, from outside */
async function runOn(recipe: Recipe, look: string | undefined, options: RunOptions): Promise<RunResult> {
  const runs = options.runs ?? 'runs';
  const begun = await begin(recipe, runs, options);
  options.onInputs?.(begun.inputs);
  const { folder, changed } = await folderFor(runFolder(recipe, runs), begun.inputs);
  const withChanges = (result: RunResult): RunResult => ({ ...result, ...(changed ? { changed } : {}) });
  const finished = async (): Promise<RunResult | undefined> => {
    const known = await finishedRun(folder);
    if (known) await rememberLook(look, folder);
    return known && withChanges(known);
  };
  const known = await finished();
  if (known) return known;

  await mkdir(folder, { recursive: true });
  return withLock(folder, async () => {
    // Another process may have finished it in between.
    const other = await finished();
    if (other) return other;
    const result = withChanges(await runIn(folder, recipe, begun, options));
    await rememberLook(look, folder);
    return result;
  });
}

/** What a run works on, before it has a folder. */
interface Begun extends Omit<Beginning, 'model'> {
  encoder: LockedEncoder | undefined;
  untranscribed: Untranscribed | undefined;
  inputs: RunInputs;
}

async function begin(recipe: Recipe, runs: string, options: RunOptions): Promise<Begun> {
  const { progress = silent, signal } = options;
  const base = runFolder(recipe, runs);
  await sweepLeftovers(base);
  const commit = (await readLockedEncoder(base))?.commit ?? options.commit;
  const { model, ...beginning } = await beginningOf(recipe, runs, { progress, signal, commit }).catch(
    async (error: unknown) => {
      // What an earlier run has set aside stays beside it.
      const name = existsSync(path.join(base, 'recipe.lock.yaml')) ? 'set-aside-now.jsonl' : 'set-aside.jsonl';
      if (error instanceof UnusableCorpus) await writeJsonLines(path.join(base, name), error.setAside);
      throw error;
    },
  );
  const encoder = beginning.start.source && (await lockEncoder(beginning.start.source));
  const untranscribed = await findUntranscribed(recipe, signal);
  const files = { ...(await filesOf(recipe, encoder, model)), ...(await sizesOf(untranscribed)) };
  return { ...beginning, encoder, untranscribed, inputs: inputsOf(beginning.prepared, files) };
}

/** Files that a run reads besides its recordings, by content. */
async function filesOf(
  recipe: Recipe,
  encoder: LockedEncoder | undefined,
  model: string | undefined,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [name, hash] of Object.entries(encoder?.files ?? {})) files[`encoder ${name}`] = hash;
  // A published recogniser (`owner/repo:language`) is no folder by its name: its encoder's files say which it is.
  const entries = model !== undefined && existsSync(model) ? await readdir(model, { withFileTypes: true }) : [];
  for (const { name } of entries.filter((entry) => entry.isFile()).sort((a, b) => (a.name < b.name ? -1 : 1)))
    files[`start ${name}`] = await sha256File(path.join(model!, name));
  for (const name of recipe.decoding.language_model?.texts ?? [])
    if (existsSync(name) && statSync(name).isFile()) files[name] = await sha256File(name);
  return files;
}

async function runIn(
  folder: string,
  recipe: Recipe,
  { prepared, recordings, start, earlier, encoder, untranscribed, inputs }: Begun,
  { progress = silent, signal }: RunOptions,
): Promise<RunResult> {
  const { device, threads } = await machine();
  await writeInputs(folder, inputs);
  await writeAtomic(
    path.join(folder, 'recipe.lock.yaml'),
    stringify(lockOf(recipe, prepared, encoder, await environment())),
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
    untranscribed,
    sources,
    progress,
    signal,
  });
  await writeJsonLines(path.join(folder, 'hypotheses.jsonl'), trained.hypotheses);
  const metrics: Metrics = { ...trained.metrics, machine: { device, threads } };
  const findings = findProblems(factsOf(recipe, prepared, trained));
  await writeJson(path.join(folder, 'findings.json'), findings);
  await writeReport({ folder, recipe, prepared, trained: { ...trained, metrics }, sources, findings });
  // Last: a folder that has it is finished.
  await writeJson(path.join(folder, 'metrics.json'), metrics);
  return {
    folder,
    metrics,
    setAside: prepared.setAside,
    text: prepared.text,
    findings,
    known: false,
    reused: { recordings, ...trained.reused },
  };
}

/** The recipe with all its defaults, and hashes of what it was run on. */
function lockOf(recipe: Recipe, prepared: Prepared, encoder: LockedEncoder | undefined, on: Environment): object {
  const parts = { train: prepared.train, dev: prepared.dev, test: prepared.test };
  const hashes = Object.fromEntries(
    Object.entries(parts).map(([name, items]) => [
      name,
      {
        utterances: items.length,
        minutes: Number(minutesOf(items).toFixed(2)),
        audio: sha256(items.map((item) => item.key).join('\n')),
        text: sha256(items.map((item) => item.tokens.join(' ')).join('\n')),
      },
    ]),
  );
  const relaxed = prepared.relaxed.length > 0 ? { relaxed: prepared.relaxed } : {};
  return { recipe, locked: { ...hashes, ...relaxed, ...(encoder ? { encoder } : {}), ...on } };
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
