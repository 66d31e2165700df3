import path from 'node:path';
import { z } from 'zod';
import { InputError } from '../support/errors.ts';
import { readJsonLines, writeAtomic } from '../support/files.ts';
import type { Utterance } from './utterance.ts';

const seconds = z.number().nonnegative();

const utteranceSchema = z
  .strictObject({
    id: z.string().min(1),
    audio: z.string().min(1),
    text: z.string(),
    phones: z.string().optional(),
    speaker: z.string().optional(),
    language: z.string().optional(),
    start: seconds.optional(),
    end: seconds.optional(),
    duration: seconds.optional(),
  })
  .refine(({ start = 0, end = Infinity }) => start < end, { path: ['end'], message: 'must lie behind start' });

export const manifestPath = (folder: string): string => path.join(folder, 'manifest.jsonl');

/**
 * Streams a corpus's manifest.
 * @throws InputError with file and line for a missing manifest, a bad record, an id that stands twice, or audio outside the folder
 */
export async function* readManifest(folder: string): AsyncGenerator<{ utterance: Utterance; line: number }> {
  const file = manifestPath(folder);
  const seen = new Map<string, number>();
  for await (const { value, line } of readJsonLines(file)) {
    const parsed = utteranceSchema.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      throw new InputError(
        `${issue.path.join('.') || 'the record'}: ${issue.message}`,
        'Mend this line: see docs/corpora.md for the fields.',
        { file, line },
      );
    }
    const utterance = parsed.data;
    const earlier = seen.get(utterance.id);
    if (earlier)
      throw new InputError(
        `the id ${utterance.id} stands on line ${earlier} too`,
        'Give each utterance an id of its own.',
        { file, line },
      );
    seen.set(utterance.id, line);
    audioPath(folder, utterance, line);
    yield { utterance, line };
  }
}

export async function loadManifest(folder: string): Promise<Utterance[]> {
  const utterances: Utterance[] = [];
  for await (const { utterance } of readManifest(folder)) utterances.push(utterance);
  return utterances;
}

/**
 * Where an utterance's recording is.
 * @throws InputError when the path leaves the corpus's folder: a manifest from elsewhere must not read other files
 */
export function audioPath(folder: string, utterance: Utterance, line?: number): string {
  const full = path.resolve(folder, utterance.audio);
  const relative = path.relative(path.resolve(folder), full);
  if (
    path.isAbsolute(utterance.audio) ||
    relative === '..' ||
    relative.startsWith(`..${path.sep}`) ||
    path.isAbsolute(relative)
  )
    throw new InputError(
      `${utterance.audio} is outside the corpus folder`,
      'Put the recording into the corpus folder and name it from there.',
      { file: manifestPath(folder), ...(line ? { line } : {}) },
    );
  return full;
}

/** Writes the manifest, whole or not at all. */
export async function writeManifest(folder: string, utterances: Iterable<Utterance>): Promise<void> {
  const lines = [...utterances].map((utterance) => `${JSON.stringify(utterance)}\n`);
  await writeAtomic(manifestPath(folder), lines.join(''));
}
