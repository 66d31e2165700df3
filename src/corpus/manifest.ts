import path from 'node:path';
import { z } from 'zod';
import { InputError } from '../support/errors.ts';
import { readJsonLines, writeAtomic } from '../support/files.ts';
import { languageSchema } from '../text/language.ts';
import { explainRecord } from './field-names.ts';
import { fileIn, staysInside } from './media-folders.ts';
import { PARTS } from './split/spoken.ts';
import type { Utterance } from './utterance.ts';
import { docsPage } from '../support/package.ts';

const seconds = z.number().nonnegative();
/** Counted from 1. */
const number = z.number().int().positive();

const utteranceSchema = z
  .strictObject({
    id: z.string().min(1),
    audio: z.string().min(1),
    text: z.string(),
    phones: z.string().optional(),
    speaker: z.string().optional(),
    language: languageSchema.optional(),
    start: seconds.optional(),
    end: seconds.optional(),
    track: number.optional(),
    channel: number.optional(),
    duration: seconds.optional(),
    split: z.enum(PARTS).optional(),
    source: z
      .strictObject({ file: z.string().min(1), tier: z.string().optional(), annotation: z.string().optional() })
      .optional(),
  })
  .refine(({ start = 0, end = Infinity }) => start < end, { path: ['end'], message: 'must lie behind start' });

export const manifestPath = (folder: string): string => path.join(folder, 'manifest.jsonl');

/**
 * Streams a corpus's manifest.
 * @throws InputError with file and line for a missing manifest, a bad record, an id that stands twice, or audio outside
 * the folder
 */
export async function* readManifest(folder: string): AsyncGenerator<{ utterance: Utterance; line: number }> {
  const file = manifestPath(folder);
  const seen = new Map<string, number>();
  for await (const { value, line } of readJsonLines(file)) {
    const parsed = utteranceSchema.safeParse(value);
    if (!parsed.success)
      throw new InputError(
        explainRecord(parsed.error),
        `Mend this line: see ${docsPage('corpora.md')} for the fields.`,
        { file, line },
      );
    const utterance = parsed.data;
    const earlier = seen.get(utterance.id);
    if (earlier)
      throw new InputError(
        `the id ${utterance.id} stands on line ${earlier} too`,
        'Give each utterance an id of its own.',
        { file, line },
      );
    seen.set(utterance.id, line);
    pathNamed(folder, utterance, line);
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
 * @throws InputError when that is outside the corpus's folder and the media folders of its source.yaml, also by way of
 * a link: a manifest from elsewhere must not read other files
 */
export function audioPath(folder: string, utterance: Utterance, line?: number): string {
  const full = pathNamed(folder, utterance, line);
  if (staysInside(folder, utterance.audio)) return full;
  throw outside(folder, `${utterance.audio} is a link to a file`, line);
}

function pathNamed(folder: string, { audio }: Utterance, line?: number): string {
  const full = fileIn(folder, audio);
  if (full === undefined) throw outside(folder, `${audio} is`, line);
  return full;
}

function outside(folder: string, what: string, line: number | undefined): InputError {
  return new InputError(
    `${what} outside the corpus folder`,
    'Put the recording into the corpus folder and name it from there, or import the folder that it ' +
      'lies in: docs/corpora.md.',
    { file: manifestPath(folder), ...(line ? { line } : {}) },
  );
}

/** Writes the manifest, whole or not at all. Utterances are taken as they come: memory stays bounded. */
export async function writeManifest(
  folder: string,
  utterances: Iterable<Utterance> | AsyncIterable<Utterance>,
): Promise<void> {
  await writeAtomic(manifestPath(folder), blocksOf(utterances));
}

const BLOCK = 1 << 16;

/** Lines in blocks: a write each would take longer than all else. */
async function* blocksOf(utterances: Iterable<Utterance> | AsyncIterable<Utterance>): AsyncGenerator<string> {
  let block = '';
  for await (const utterance of utterances) {
    block += `${JSON.stringify(utterance)}\n`;
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  yield block;
}
