import { nameOf } from '../../recipe/trainable-part.ts';
import type { Recipe } from '../../recipe/schema.ts';
import { sha256 } from '../../support/files.ts';
import { bytesIn, runsIn, type RunFolder, type RunState } from './run-folder.ts';

/** A run in a line. Rates are shares. */
export interface RunSummary {
  folder: string;
  state: RunState;
  recipe: string;
  language: string;
  corpus: string[];
  /** As the recipe names it. */
  encoder: string;
  /** What was trained, in words: `head`, `top 2`, `head, then all`. */
  trained: string;
  seed: number;
  minutes: { train: number; test: number };
  /** The same for runs that were tested on the same sounds and texts. */
  tested: string;
  dev?: { cer: number; wer: number };
  test?: Tested;
  /** Of training. */
  seconds?: number;
  /** ISO 8601. */
  changed: string;
  /** On disk. */
  bytes: number;
}

interface Tested {
  cer: number;
  wer: number;
  cer_ci95: [number, number];
  wer_ci95: [number, number];
  utterances: number;
}

/**
 * The runs in a folder, by name; those whose lock can't be read are told apart, not left out.
 * @throws InputError when the folder isn't there
 * @example for (const { folder, dev } of (await listRuns('runs')).runs) console.log(folder, dev?.cer);
 */
export async function listRuns(runs = 'runs'): Promise<{ runs: RunSummary[]; unreadable: string[] }> {
  const summaries: RunSummary[] = [];
  const unreadable: string[] = [];
  for (const run of await runsIn(runs)) {
    const summary = await summaryOf(run).catch(() => undefined);
    if (summary) summaries.push(summary);
    else unreadable.push(run.folder);
  }
  return { runs: summaries, unreadable };
}

/** @throws InputError when its lock can't be read */
export async function summaryOf(run: RunFolder): Promise<RunSummary> {
  const { recipe, locked } = await run.lock();
  const result = await run.result();
  const { test, dev, train } = result?.metrics ?? {};
  return {
    folder: run.folder,
    state: await run.state(),
    recipe: recipe.name,
    language: recipe.language,
    corpus: [recipe.corpus].flat(),
    encoder: recipe.start === undefined ? recipe.encoder.model : `from ${recipe.start}`,
    trained: trainedInWords(recipe),
    seed: recipe.seed,
    minutes: { train: locked.train.minutes, test: locked.test.minutes },
    tested: sha256(`${locked.test.audio} ${locked.test.text}`).slice(0, 8),
    ...(dev ? { dev: { cer: dev.cer, wer: dev.wer } } : {}),
    ...(test ? { test: testedOf(test) } : {}),
    ...(train ? { seconds: train.seconds } : {}),
    changed: (await run.changedAt()).toISOString(),
    bytes: await bytesIn(run.folder),
  };
}

const testedOf = ({ cer, wer, cer_ci95, wer_ci95, utterances }: Tested): Tested => ({
  cer,
  wer,
  cer_ci95,
  wer_ci95,
  utterances,
});

const trainedInWords = ({ stages, train }: Recipe): string =>
  (stages ?? [{ train }]).map((stage) => nameOf(stage.train)).join(', then ');
