import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SetAside } from '../../support/errors.ts';
import { InputError } from '../../support/errors.ts';
import { sha256File } from '../../support/files.ts';
import { prefetch } from '../../support/prefetch.ts';
import type { Target } from '../targets.ts';
import { obstacleTo } from '../write-transcript.ts';
import { contentsOf, identityOf, sameInput, type Identity } from './identity.ts';
import { isWritten, type Entry } from './journal.ts';

/** A recording that is to be transcribed, and where to. */
export interface Job {
  recording: string;
  /** As it was when the work was planned. */
  input: Identity;
  /** None, where transcripts go to the screen. */
  targets: PlannedTarget[];
}

/** A file to write. What is there may be replaced if it is ours, unchanged since, or the user said so. */
export interface PlannedTarget extends Target {
  replace: boolean;
}

/** What there is to do, and what not, and why. */
export interface Plan {
  jobs: Job[];
  /** Recordings of which everything is written already. */
  done: number;
  /** Those that could not be read when they were tried. */
  failedBefore: SetAside[];
  /** Files that would have to be replaced, and recordings that are gone. */
  inTheWay: SetAside[];
}

export interface PlanSettings {
  /** Which model and sound: what was done by another is done again. */
  by: string;
  overwrite: boolean;
  retryFailed: boolean;
  /** What the journal knows, and how it calls a file. */
  entries: ReadonlyMap<string, Entry>;
  nameOf: (file: string) => string;
}

/** Files that are looked at side by side. */
const AT_ONCE = 16;

/** Compares what is wanted with what the journal says, and with what is there. */
export async function planOf(
  targets: ReadonlyMap<string, readonly Target[]>,
  settings: PlanSettings,
  signal?: AbortSignal,
): Promise<Plan> {
  const plan: Plan = { jobs: [], done: 0, failedBefore: [], inTheWay: [] };
  const verdict = ([recording, wanted]: [string, readonly Target[]]): Promise<Verdict> =>
    judge(recording, wanted, settings);
  for await (const { result } of prefetch(targets, AT_ONCE, verdict)) {
    signal?.throwIfAborted();
    plan.inTheWay.push(...result.inTheWay);
    if (result.failed) plan.failedBefore.push(result.failed);
    else if (result.job) plan.jobs.push(result.job);
    else if (result.inTheWay.length === 0) plan.done++;
  }
  return plan;
}

interface Verdict {
  job?: Job;
  failed?: SetAside;
  inTheWay: SetAside[];
}

async function judge(recording: string, wanted: readonly Target[], settings: PlanSettings): Promise<Verdict> {
  const { by, retryFailed, entries, nameOf } = settings;
  const entry = entries.get(nameOf(recording));
  try {
    const input = await comparable(recording, entry);
    const failed = entry?.failed;
    if (failed && !retryFailed && failed.by === by && sameInput(failed.input, input)) {
      const reason = `${failed.reason} (when it was tried; --retry-failed tries again)`;
      return { failed: { item: recording, reason, place: { file: recording } }, inTheWay: [] };
    }
    const inTheWay: SetAside[] = [];
    const free: PlannedTarget[] = [];
    for (const target of wanted) {
      const state = await stateOf(target, input, entry, settings);
      if (state === 'written') continue;
      if (typeof state === 'object') inTheWay.push(state);
      else free.push({ ...target, replace: state === 'replaceable' });
    }
    return {
      ...(free.length > 0 || wanted.length === 0 ? { job: { recording, input, targets: free } } : {}),
      inTheWay,
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { inTheWay: [{ item: recording, reason: error.message, place: error.place }] };
  }
}

/** A copy has another time: where all else is as it was, its contents are looked at. */
async function comparable(recording: string, entry: Entry | undefined): Promise<Identity> {
  const input = await identityOf(recording);
  const known = [...(entry?.outputs.values() ?? [])].map((output) => output.input);
  const moved = known.some(({ bytes, modified }) => bytes === input.bytes && modified !== input.modified);
  return moved ? contentsOf(recording) : input;
}

async function stateOf(
  target: Target,
  input: Identity,
  entry: Entry | undefined,
  { by, overwrite, nameOf }: PlanSettings,
): Promise<'written' | 'replaceable' | 'free' | SetAside> {
  if (!existsSync(target.file)) return 'free';
  const name = nameOf(target.file);
  const written = isWritten(entry, name, by, input);
  // What somebody has corrected since is done, unless they want it anew.
  if (written && !overwrite) return 'written';
  const ours = entry?.outputs.get(name)?.contents.includes(await sha256File(target.file)) ?? false;
  if (written && ours) return 'written';
  if (ours || overwrite) return 'replaceable';
  const obstacle = await obstacleTo(target, false);
  if (!obstacle) return 'free';
  const changed = entry?.outputs.has(name) ? ', and was changed since it was written' : '';
  return { ...obstacle, reason: obstacle.reason.replace(/;/, `${changed};`) };
}

/** How a journal calls a file: from its own folder on, the same on every system. */
export const namesFrom =
  (folder: string) =>
  (file: string): string =>
    path.relative(folder, path.resolve(file)).split(path.sep).join('/');
