import type { SetAside } from '../support/errors.ts';
import { Batch, type BatchOptions } from './batch/batch.ts';
import type { WrittenTranscript } from './batch/write-behind.ts';

/**
 * Transcribes recordings and writes the transcripts to files, or hands them over where there is no file to write
 * (`Batch`). What is there already is never replaced unless `overwrite` says so, and is set aside before anything is
 * heard; to files of ELAN and Praat tiers are added. Of several recordings it is noted what is done: the same call
 * again does only what is missing.
 * @throws InputError when the model folder is none, a path doesn't exist, or `into` is said of several recordings
 */
export async function* transcribeInto(
  modelFolder: string,
  paths: readonly string[],
  options: BatchOptions,
): AsyncGenerator<WrittenTranscript | SetAside> {
  const batch = await Batch.open(modelFolder, paths, options);
  try {
    yield* batch.run(await batch.plan());
  } finally {
    await batch.close();
  }
}
