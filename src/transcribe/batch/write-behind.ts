import { InputError, type SetAside } from '../../support/errors.ts';
import { sha256, writeAtomic } from '../../support/files.ts';
import type { Transcript } from '../transcribe.ts';
import { contentFor } from '../write-transcript.ts';
import { contentsOf, type Identity } from './identity.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { Job, PlannedTarget } from './plan.ts';

/** A recording's transcript, and the files that it was written to, if to any. */
export interface WrittenTranscript extends Transcript {
  files?: string[];
}

/** Where it is noted what is done. */
export interface Notebook {
  writer: JournalWriter;
  by: string;
  nameOf: (file: string) => string;
}

/**
 * Writes what came of a recording to its files, if it has any. First the journal says what they will hold, then they
 * are written, then it says so: whenever the process ends, what is there is known to be whole and ours, or was not
 * begun.
 */
export async function settle(
  { job, item, language }: { job: Job; item: Transcript | SetAside; language: string },
  notebook: Notebook | undefined,
): Promise<(WrittenTranscript | SetAside)[]> {
  if (job.targets.length === 0) return [item];
  const recording = notebook?.nameOf(job.recording) ?? job.recording;
  if ('reason' in item) {
    const { by, writer } = notebook ?? {};
    if (by !== undefined)
      await writer!.append({ state: 'failed', recording, by, input: job.input, reason: item.reason });
    return [item];
  }
  const results: (WrittenTranscript | SetAside)[] = [];
  const transcript = { ...item, ...(language === '' ? {} : { language }) };
  const contents: { target: PlannedTarget; content: string | Uint8Array }[] = [];
  for (const target of job.targets)
    await orSetAside(target.file, results, async () => {
      contents.push({ target, content: await contentFor(transcript, target, target.replace) });
    });
  const files: string[] = [];
  await orSetAside(job.recording, results, async () => {
    if (notebook && contents.length > 0) {
      const input = await unchanged(job);
      const outputs = contents.map(({ target, content }) => ({
        file: notebook.nameOf(target.file),
        sha256: sha256(content),
      }));
      const { writer, by } = notebook;
      await writer.append({ state: 'writing', recording, by, input, seconds: item.seconds, outputs });
    }
    for (const { target, content } of contents) {
      await writeAtomic(target.file, content);
      files.push(target.file);
    }
    if (notebook && files.length > 0) await notebook.writer.append({ state: 'done', recording });
  });
  return files.length > 0 ? [...results, { ...item, files }] : results;
}

async function orSetAside(
  item: string,
  results: (WrittenTranscript | SetAside)[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    results.push({ item, reason: error.message, place: error.place });
  }
}

/** @throws InputError when a recording is not what it was when its turn was planned */
async function unchanged({ recording, input }: Job): Promise<Identity> {
  const now = await contentsOf(recording);
  if (now.bytes === input.bytes && now.modified === input.modified) return now;
  throw new InputError('it was changed while it was heard', 'Start again when it is whole.', { file: recording });
}
