import path from 'node:path';
import { z } from 'zod';
import type { TranscriptFormatName } from '../formats/index.ts';
import { modelFolderIn } from '../model/model-folder.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { readJson } from '../support/files.ts';
import { recordingsAt } from './find-recordings.ts';
import { targetsOf, tieredFormatOf, type Target } from './targets.ts';
import { transcribe, type TranscribeOptions, type Transcript } from './transcribe.ts';
import { obstacleTo, writeTranscript } from './write-transcript.ts';

export interface IntoOptions extends TranscribeOptions {
  formats: readonly TranscriptFormatName[];
  /** Folder to write to, with the tree that was named; beside the recordings, if not said. */
  out?: string;
  /** A file of ELAN or Praat that gets the tiers, of the one recording. */
  into?: string;
  overwrite?: boolean;
}

/** A recording's transcript, and the files that it was written to, if to any. */
export interface WrittenTranscript extends Transcript {
  files?: string[];
}

/**
 * Transcribes recordings and writes the transcripts to files. What is there already is never replaced unless
 * `overwrite` says so, and is set aside before anything is heard; to files of ELAN and Praat tiers are added.
 * @throws InputError when the model folder is none, a path doesn't exist, or `into` is said of several recordings
 */
export async function* transcribeInto(
  modelFolder: string,
  paths: readonly string[],
  options: IntoOptions,
): AsyncGenerator<WrittenTranscript | SetAside> {
  const { formats, out, into, overwrite = false, ...how } = options;
  const recordings = [...new Set(await recordingsAt(paths, options.signal))];
  const targets =
    into === undefined ? targetsOf(paths, recordings, formats, out) : intoOne(into, recordings, tieredFormatOf(into));
  const wanted: string[] = [];
  for (const [recording, all] of targets) {
    const free: Target[] = [];
    for (const target of all) {
      const obstacle = await obstacleTo(target, overwrite);
      if (obstacle) yield obstacle;
      else free.push(target);
    }
    targets.set(recording, free);
    if (free.length > 0) wanted.push(recording);
  }
  const language = await languageOf(modelFolder);
  for await (const item of wanted.length > 0 ? transcribe(modelFolder, wanted, how) : []) {
    if ('reason' in item) {
      yield item;
      continue;
    }
    const files: string[] = [];
    const transcript = { ...item, ...(language === undefined ? {} : { language }) };
    for (const target of targets.get(item.file)!) {
      try {
        await writeTranscript(transcript, target, overwrite);
        files.push(target.file);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        yield { item: target.file, reason: error.message, place: error.place };
      }
    }
    if (files.length > 0) yield { ...item, files };
  }
}

function intoOne(into: string, recordings: readonly string[], format: 'eaf' | 'textgrid'): Map<string, Target[]> {
  if (recordings.length !== 1)
    throw new InputError(
      `--into is for one recording, and here are ${recordings.length}`,
      'Leave --into out: tiers go into the files of the same names beside the recordings.',
      { file: into },
    );
  return new Map([[recordings[0]!, [{ format, file: into }]]]);
}

/** BCP 47, as the model's folder says it. What is wrong with the folder is told when it is opened. */
async function languageOf(modelFolder: string): Promise<string | undefined> {
  const about = await readJson(path.join(modelFolderIn(modelFolder), 'model.json')).catch(() => undefined);
  return z.object({ language: z.string() }).safeParse(about).data?.language;
}
