import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomic } from '../support/files.ts';

/** Puts an epoch into `epochs.jsonl`, after those before it: a run that was cut off may have written it already. */
export async function recordEpoch(folder: string, record: { epoch: number }): Promise<void> {
  const file = path.join(folder, 'epochs.jsonl');
  const there = await readFile(file, 'utf8').catch(() => '');
  const before = there.split('\n').slice(0, record.epoch - 1);
  await writeAtomic(file, [...before, JSON.stringify(record), ''].join('\n'));
}
