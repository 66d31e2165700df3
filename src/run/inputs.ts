import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Prepared } from '../dataset/prepare.ts';
import { sha256, writeAtomic } from '../support/files.ts';

const utteranceSchema = z.object({
  id: z.string(),
  split: z.enum(['train', 'dev', 'test']),
  /** Beginnings of content hashes. */
  audio: z.string(),
  text: z.string(),
  /** Who speaks, where that is known; runs of earlier versions don't say. */
  speaker: z.string().optional(),
});
const fileSchema = z.object({ file: z.string(), sha256: z.string() });

/** What a run works on, besides its recipe: every utterance, and files that are no utterances. */
export interface RunInputs {
  utterances: z.infer<typeof utteranceSchema>[];
  files: z.infer<typeof fileSchema>[];
}

/** One way in which inputs differ. */
export interface InputChange {
  code: 'added' | 'removed' | 'audio' | 'text' | 'split' | 'file';
  items: string[];
}

const inputsFile = (folder: string): string => path.join(folder, 'inputs.jsonl');

/** @param files what else it reads, e.g. an encoder's weights → hex SHA-256 */
export function inputsOf(prepared: Pick<Prepared, 'train' | 'dev' | 'test'>, files: Record<string, string>): RunInputs {
  const utterances = (['train', 'dev', 'test'] as const).flatMap((split) =>
    prepared[split].map(({ utterance: { id, speaker }, key, tokens }) => ({
      id,
      split,
      audio: key.slice(0, 16),
      text: sha256(tokens.join(' ')).slice(0, 16),
      ...(speaker === undefined ? {} : { speaker }),
    })),
  );
  return {
    utterances: utterances.sort((a, b) => (a.id < b.id ? -1 : 1)),
    files: Object.entries(files)
      .map(([file, hash]) => ({ file, sha256: hash }))
      .sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}

/** Eight hex digits that name inputs: what is said and heard, not by whom. */
export const inputsHash = ({ files, utterances }: RunInputs): string =>
  sha256(
    inputLines({ files, utterances: utterances.map(({ id, split, audio, text }) => ({ id, split, audio, text })) }),
  ).slice(0, 8);

export async function writeInputs(folder: string, inputs: RunInputs): Promise<void> {
  await writeAtomic(inputsFile(folder), inputLines(inputs));
}

/** As `inputs.jsonl` has them. */
export const inputLines = ({ files, utterances }: RunInputs): string =>
  [...files, ...utterances].map((record) => `${JSON.stringify(record)}\n`).join('');

/** @returns undefined where a folder has none, or none that can be read */
export async function readInputs(folder: string): Promise<RunInputs | undefined> {
  const text = await readFile(inputsFile(folder), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseInputs(text);
}

/** @returns undefined for what is no inputs.jsonl */
export function parseInputs(text: string): RunInputs | undefined {
  const inputs: RunInputs = { utterances: [], files: [] };
  try {
    for (const line of text.split('\n').filter((line) => line !== '')) {
      const record = z.union([utteranceSchema, fileSchema]).parse(JSON.parse(line));
      if ('id' in record) inputs.utterances.push(record);
      else inputs.files.push(record);
    }
  } catch {
    return undefined;
  }
  return inputs;
}

/** What is different in the second; nothing where they are the same. */
export function changesBetween(before: RunInputs, now: RunInputs): InputChange[] {
  const [old, fresh] = [before, now].map(({ utterances }) => new Map(utterances.map((u) => [u.id, u])));
  const both = now.utterances.filter(({ id }) => old!.has(id));
  const differing = (field: 'audio' | 'text' | 'split'): string[] =>
    both.filter((u) => old!.get(u.id)![field] !== u[field]).map(({ id }) => id);
  const hashes = new Map(before.files.map(({ file, sha256 }) => [file, sha256]));
  const names = new Set([...before.files, ...now.files].map(({ file }) => file));
  const hashNow = new Map(now.files.map(({ file, sha256 }) => [file, sha256]));
  const changes: InputChange[] = [
    { code: 'added', items: now.utterances.filter(({ id }) => !old!.has(id)).map(({ id }) => id) },
    { code: 'removed', items: before.utterances.filter(({ id }) => !fresh!.has(id)).map(({ id }) => id) },
    { code: 'audio', items: differing('audio') },
    { code: 'text', items: differing('text') },
    { code: 'split', items: differing('split') },
    { code: 'file', items: [...names].filter((name) => hashes.get(name) !== hashNow.get(name)) },
  ];
  return changes.filter(({ items }) => items.length > 0);
}

const MOST_NAMED = 5;
const WORDS: Record<InputChange['code'], (count: number) => string> = {
  added: (n) => `${n} ${n === 1 ? 'utterance is' : 'utterances are'} new`,
  removed: (n) => `${n} ${n === 1 ? 'utterance is' : 'utterances are'} gone`,
  audio: (n) => `the sound of ${n} has changed`,
  text: (n) => `the text of ${n} has changed`,
  split: (n) => `${n} ${n === 1 ? 'is' : 'are'} in another part of the split`,
  file: (n) => `${n === 1 ? 'a file has' : `${n} files have`} changed`,
};

/** In plain words: `2 utterances are new (a, b); the text of 1 has changed (c)`. */
export function describeChanges(changes: readonly InputChange[]): string {
  return changes
    .map(({ code, items }) => {
      const more = items.length > MOST_NAMED ? ` and ${items.length - MOST_NAMED} more` : '';
      return `${WORDS[code](items.length)} (${items.slice(0, MOST_NAMED).join(', ')}${more})`;
    })
    .join('; ');
}
