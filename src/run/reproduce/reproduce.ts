import path from 'node:path';
import { parse } from 'yaml';
import { chooseMachine, onMachine, type Machine, type MachineChoice } from '../../onnx/runtime/machine.ts';
import type { Recipe, RecipeInput } from '../../recipe/schema.ts';
import { InputError } from '../../support/errors.ts';
import { sha256 } from '../../support/files.ts';
import { recipeText } from '../adapt/write-recipe.ts';
import { environment, environmentChanges, type EnvironmentChange } from '../environment.ts';
import { changesBetween, describeChanges, type InputChange, type RunInputs } from '../inputs.ts';
import type { Metrics } from '../result.ts';
import { runRecipe, type RunOptions } from '../run.ts';
import { readLockedRun, type LockedRun } from './locked-run.ts';
import { withPlaces } from './places.ts';
import { unpackBeside } from './unpack.ts';

export interface ReproduceOptions extends Pick<RunOptions, 'runs' | 'progress' | 'signal'>, MachineChoice {
  /** Where the recipe's corpora are now, in its order; where it says, if not said. */
  corpus?: readonly string[] | undefined;
  /** Goes on where inputs differ. */
  anyway?: boolean | undefined;
}

/** By how much figures may differ where versions, processor or device do: shares of CER and of WER. */
export const TOLERANCE = { cer: 0.01, wer: 0.02 } as const;

/** What running it again has come to. */
export interface Reproduction {
  folder: string;
  /** `identical`: every figure is bit for bit what it was. `close`: on another machine, within {@link TOLERANCE}. */
  outcome: 'identical' | 'close' | 'apart';
  /** What of the inputs is different: only where it was to go on anyway. */
  inputs: InputChange[];
  /** What else is. */
  environment: EnvironmentChange[];
  before: Rates;
  now: Rates;
  /** Whether the reproduction itself was there from before. */
  known: boolean;
}

interface Rates {
  test: { cer: number; wer: number };
  dev: { cer: number; wer: number };
}

/**
 * Runs a finished run again, from its folder or its archive: the same recipe, the same revision of the encoder, device
 * and threads. First it holds every input against its hash.
 * @throws InputError naming what differs, the utterance or the file, before anything is trained
 * @example
 * const { outcome } = await reproduce('mine.zip', { corpus: ['corpora/mine'] });
 */
export async function reproduce(place: string, options: ReproduceOptions = {}): Promise<Reproduction> {
  const locked = await readLockedRun(place);
  return onMachine(await machineFor(locked, options), () => runAgain(place, locked, options));
}

/** What the run was on, where that can be had here and nothing else is asked for. */
async function machineFor({ lock: { locked } }: LockedRun, { device, threads }: ReproduceOptions): Promise<Machine> {
  const asked: MachineChoice = {
    device: device ?? (locked.device as MachineChoice['device']),
    threads: threads ?? locked.threads,
  };
  return chooseMachine(asked).catch((error: unknown) => {
    if (device === undefined && error instanceof InputError) return chooseMachine({ device: 'auto', threads });
    throw error;
  });
}

async function runAgain(place: string, locked: LockedRun, options: ReproduceOptions): Promise<Reproduction> {
  const { runs = 'reproduced', progress, signal, anyway = false } = options;
  const folder = besideFolder(place, locked, runs);
  const recipe = await recipeOf(place, locked, folder, options);
  let inputs: InputChange[] = [];
  const hold = (now: RunInputs): void => {
    inputs = changesBetween(locked.inputs, asArchived(now, folder));
    if (inputs.length > 0 && !anyway) throw differs(place, inputs);
  };
  // As it would be written: a field that was left to its default contradicts nothing.
  const result = await runRecipe(parse(recipeText(recipe, [])) as RecipeInput, {
    ...{ runs, progress, signal, onInputs: hold },
    commit: commitOf(locked),
  });
  if (path.resolve(result.folder) === path.resolve(place)) throw itself(place);
  const changes = environmentChanges(locked.lock.locked, await environment());
  const now = result.metrics;
  return {
    folder: result.folder,
    outcome: outcomeOf(locked.metrics, now, changes.length === 0 && inputs.length === 0),
    inputs,
    environment: changes,
    before: ratesOf(locked.metrics),
    now: ratesOf(now),
    known: result.known,
  };
}

/** Where an archive's files are unpacked to: another archive of the same name has another place. */
function besideFolder(archive: string, { lock, beside }: LockedRun, runs: string): string {
  const name = path.basename(archive, path.extname(archive));
  return path.join(runs, `${name}-files-${sha256(JSON.stringify([lock, beside])).slice(0, 8)}`);
}

/** The recipe with its corpora, and what it names besides, where they are now. */
async function recipeOf(
  place: string,
  { lock: { recipe }, beside = [] }: LockedRun,
  folder: string,
  { corpus }: ReproduceOptions,
): Promise<Recipe> {
  const places = [recipe.corpus].flat();
  if (corpus !== undefined && corpus.length !== places.length)
    throw new InputError(
      `the run has ${places.length} corpora (${places.join(', ')}), and ${corpus.length} are named`,
      'Name as many with --corpus, in the same order.',
    );
  const corpora = new Map(places.map((name, i) => [name, corpus?.[i] ?? name]));
  const here = withPlaces(recipe, (name, kind) => (kind === 'corpus' ? corpora.get(name)! : name));
  return beside.length === 0 ? here : unpackBeside(place, here, beside, { folder, corpora });
}

/** Files of an archive by their names in it. */
const asArchived = ({ files, utterances }: RunInputs, folder: string): RunInputs => ({
  files: files.map(({ file, sha256 }) => ({
    file: file.startsWith(folder + path.sep) ? path.relative(folder, file).replaceAll(path.sep, '/') : file,
    sha256,
  })),
  utterances,
});

function commitOf({ lock }: LockedRun): string | undefined {
  const { encoder } = lock.locked as { encoder?: { commit?: unknown } };
  return typeof encoder?.commit === 'string' ? encoder.commit : undefined;
}

const differs = (place: string, changes: readonly InputChange[]): InputError =>
  new InputError(
    `the inputs are not those of ${place}: ${describeChanges(changes)}`,
    'Restore them, or name where they are with --corpus; --anyway goes on with what is there.',
  );

const itself = (place: string): InputError =>
  new InputError(
    'there is nothing to compare: the folder for what is run again is that of the run itself',
    'Name another folder with --runs.',
    { file: place },
  );

function outcomeOf(before: Metrics, now: Metrics, same: boolean): Reproduction['outcome'] {
  if (JSON.stringify(figuresOf(before)) === JSON.stringify(figuresOf(now))) return 'identical';
  if (same) return 'apart';
  const near = (part: 'test' | 'dev'): boolean =>
    Math.abs(before[part].cer - now[part].cer) <= TOLERANCE.cer &&
    Math.abs(before[part].wer - now[part].wer) <= TOLERANCE.wer;
  return near('test') && near('dev') ? 'close' : 'apart';
}

/** What is measured of the model: no time and no memory; speakers' names may be left out of an archive. */
function figuresOf({ train, speakers, self_training: learnt, ...metrics }: Metrics): unknown {
  const rounds = learnt?.rounds.map((round) => ({ ...round, seconds: undefined }));
  return {
    ...metrics,
    features: undefined,
    machine: undefined,
    epochs: train.epochs,
    speakers: speakers && { seen: speakers.seen, unseen: speakers.unseen },
    self_training: learnt && { ...learnt, rounds },
  };
}

const ratesOf = ({ test, dev }: Metrics): Rates => ({
  test: { cer: test.cer, wer: test.wer },
  dev: { cer: dev.cer, wer: dev.wer },
});
