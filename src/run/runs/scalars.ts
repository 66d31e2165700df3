import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { csvCell } from '../../formats/table/csv.ts';
import { writeTfevents, type Scalar } from '../../formats/tfevents.ts';
import { InputError } from '../../support/errors.ts';
import { readJsonLines, writeAtomic } from '../../support/files.ts';
import { shaped } from '../../support/shape.ts';
import { RunFolder } from './run-folder.ts';

const epochSchema = z.looseObject({
  epoch: z.number(),
  train_loss: z.number(),
  dev_loss: z.number(),
  dev_cer: z.number(),
  learning_rate: z.number(),
  gradient_norm: z.number(),
  seconds: z.number(),
});

/** What TensorBoard calls the values of an epoch: those before a slash stand in one group. */
const TAGS = {
  'loss/train': 'train_loss',
  'loss/dev': 'dev_loss',
  'cer/dev': 'dev_cer',
  learning_rate: 'learning_rate',
  gradient_norm: 'gradient_norm',
  seconds: 'seconds',
} as const;

/**
 * The values of a run's epochs, and at the last of them what test has found. Times are told from the end: an epoch is
 * known by how long it took.
 * @throws InputError when it is no run, or no epoch of it is over
 */
export async function scalarsOf(folder: string): Promise<Scalar[]> {
  const run = RunFolder.at(folder);
  const epochs = await epochsOf(run);
  const last = epochs.at(-1);
  if (!last) throw new InputError('no epoch of this run is over', 'Wait for the first.', { file: folder });
  const end = (await run.changedAt()).getTime() / 1000;
  let left = epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  const scalars = epochs.flatMap((epoch): Scalar[] => {
    left -= epoch.seconds;
    return Object.entries(TAGS).map(([tag, field]) => ({
      tag,
      step: epoch.epoch,
      value: epoch[field],
      time: end - left,
    }));
  });
  const test = (await run.result())?.metrics.test;
  const found: Record<string, number> = test ? { 'cer/test': test.cer, 'wer/test': test.wer } : {};
  return [...scalars, ...Object.entries(found).map(([tag, value]) => ({ tag, step: last.epoch, value, time: end }))];
}

async function epochsOf(run: RunFolder): Promise<z.infer<typeof epochSchema>[]> {
  const file = run.file('epochs.jsonl');
  const there = await readFile(file, 'utf8').catch(() => '');
  if (there === '') return [];
  const epochs: z.infer<typeof epochSchema>[] = [];
  for await (const { value, line } of readJsonLines(file))
    epochs.push(shaped(epochSchema, value, { file, line }, 'Run the recipe again.'));
  return epochs;
}

/** A line a value, with a head: `run,tag,step,value`. */
export function scalarsAsCsv(run: string, scalars: readonly Scalar[]): string {
  const rows = scalars.map(({ tag, step, value }) => [csvCell(run), tag, step, value].join(','));
  return `${['run,tag,step,value', ...rows].join('\n')}\n`;
}

/**
 * Writes runs for TensorBoard, a folder each, as `tensorboard --logdir` wants them.
 * @returns the files
 */
export async function writeTensorboard(folders: readonly string[], out: string): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders) {
    const scalars = await scalarsOf(folder);
    // The reader tells files of one run apart by the time in their names: the same run goes over itself.
    const name = `events.out.tfevents.${Math.round(scalars[0]!.time)}.isogloss`;
    files.push(path.join(out, path.basename(path.resolve(folder)), name));
    await writeAtomic(files.at(-1)!, await writeTfevents(scalars));
  }
  return files;
}
