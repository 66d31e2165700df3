import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { streamLines } from '../../support/decode-stream.ts';
import { InputError } from '../../support/errors.ts';
import { sameInput, type Identity } from './identity.ts';

const identitySchema = z.object({ bytes: z.number(), modified: z.number(), sha256: z.string().optional() });
const outputSchema = z.object({ file: z.string(), sha256: z.string() });

/** A line of the journal. Paths are relative to the folder that it lies in: an archive may move with it. */
export const journalLine = z.discriminatedUnion('state', [
  /** A transcription begins. `by` says which model and sound: what was done by another is done again. */
  z.object({
    ...{ state: z.literal('begun'), at: z.string(), isogloss: z.string(), model: z.string(), by: z.string() },
    ...{ recordings: z.number(), device: z.string(), threads: z.number() },
  }),
  /** These files are about to be written: what is found with these contents is ours, though nothing more was noted. */
  z.object({
    ...{ state: z.literal('writing'), at: z.string(), recording: z.string(), by: z.string() },
    ...{ input: identitySchema, seconds: z.number(), outputs: z.array(outputSchema) },
  }),
  z.object({ state: z.literal('done'), at: z.string(), recording: z.string() }),
  z.object({
    ...{ state: z.literal('failed'), at: z.string(), recording: z.string(), by: z.string() },
    ...{ input: identitySchema, reason: z.string() },
  }),
  /** It came to its end. Seconds of sound, and those that it took; how often a reason was met. */
  z.object({
    ...{ state: z.literal('ended'), at: z.string(), by: z.string(), recordings: z.number(), seconds: z.number() },
    ...{ elapsed: z.number(), failed: z.array(z.object({ reason: z.string(), count: z.number() })) },
  }),
]);

export type JournalLine = z.infer<typeof journalLine>;

/** What is known of a file that a transcript was written to. */
interface KnownOutput {
  /** Of all contents that were ever meant for it. */
  contents: string[];
  by: string;
  input: Identity;
  written: boolean;
}

/** What is known of a recording. */
export interface Entry {
  outputs: Map<string, KnownOutput>;
  failed?: { by: string; input: Identity; reason: string };
}

const NAME = 'isogloss-journal';
export const JOURNAL_FILE = `${NAME}.jsonl`;

/** Its own name for each part of the work, where several processes do it in one folder. */
export const journalOfShard = (index: number, count: number): string => `${NAME}.${index}-of-${count}.jsonl`;

/** The journals of all who ever worked here: this one, and where it has its usual name, those of shards beside it. */
export async function journalsBeside(file: string): Promise<string[]> {
  const folder = path.dirname(file);
  const usual = new RegExp(`^${NAME}(\\.\\d+-of-\\d+)?\\.jsonl$`);
  const named = usual.test(path.basename(file)) ? await readdir(folder).catch(() => []) : [];
  const others = named.filter((name) => usual.test(name) && name !== path.basename(file));
  const there = await stat(file).then(
    () => [file],
    () => [],
  );
  return [...others.sort().map((name) => path.join(folder, name)), ...there];
}

/**
 * What journals say of each recording, by its path from their folder. The last line of one may be cut off, by a crash
 * or because somebody is writing it; it counts as not written.
 * @throws InputError for any other line that is none of a journal
 */
export async function readJournals(files: readonly string[]): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for (const file of files) for await (const line of linesOf(file)) note(entries, line);
  return entries;
}

async function* linesOf(file: string): AsyncGenerator<JournalLine> {
  let broken: InputError | undefined;
  for await (const { text, line } of streamLines(ended(createReadStream(file, 'utf8') as AsyncIterable<string>))) {
    if (broken) throw broken;
    const parsed = journalLine.safeParse(jsonOf(text));
    if (parsed.success) yield parsed.data;
    else if (text.trim() !== '')
      broken = new InputError(
        'this is no line of a journal',
        'Restore the file, or name another with --journal: then everything counts as not done.',
        { file, line },
        parsed.error,
      );
  }
}

/** Without what stands behind the last line break, also where it looks whole: whoever goes on writing cuts it off. */
async function* ended(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const text = rest + chunk;
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    yield text.slice(0, end);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Takes a line into what is known. */
export function note(entries: Map<string, Entry>, line: JournalLine): void {
  if (line.state === 'begun' || line.state === 'ended') return;
  const entry = entries.get(line.recording) ?? { outputs: new Map<string, KnownOutput>() };
  entries.set(line.recording, entry);
  if (line.state === 'failed') entry.failed = { by: line.by, input: line.input, reason: line.reason };
  else if (line.state === 'done') for (const output of entry.outputs.values()) output.written = true;
  else {
    delete entry.failed;
    for (const { file, sha256 } of line.outputs) {
      const before = entry.outputs.get(file)?.contents ?? [];
      const contents = [...before.filter((content) => content !== sha256), sha256];
      entry.outputs.set(file, { contents, by: line.by, input: line.input, written: false });
    }
  }
}

/** Whether a file was written, from a recording as it is now and in the way that is asked for. */
export const isWritten = (entry: Entry | undefined, output: string, by: string, input: Identity): boolean => {
  const known = entry?.outputs.get(output);
  return known !== undefined && known.written && known.by === by && sameInput(known.input, input);
};
