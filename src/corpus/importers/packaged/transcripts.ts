import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readError } from '../../../support/files.ts';

/** A prompt's name inside a line: one with a hyphen, as words of a sentence before a colon don't look. */
const NAME_IN_LINE = /(?<![\w/-])([a-z]\w*(?:[-/]\w+)+):\s*/gi;

/** Reads a prompt list, gzipped or not. */
export async function readTranscripts(file: string): Promise<Map<string, string>> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  return parseTranscripts((file.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes).toString('utf8'));
}

/**
 * What is said in each prompt, by its name, from lines of `name: text`; `;` starts a comment line. Where a name stands
 * twice, its first line counts.
 */
export function parseTranscripts(list: string): Map<string, string> {
  const transcripts = new Map<string, string>();
  for (const line of list.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const [, name, said] = /^([\w./-]+)\s*:\s*(.*\S)\s*$/.exec(line) ?? [];
    if (name && said && !transcripts.has(name)) transcripts.set(name, said);
  }
  const whole = new Map<string, string>();
  for (const [name, said] of transcripts) {
    const own = firstOf(name, said, transcripts);
    if (own !== '') whole.set(name, own);
  }
  return whole;
}

/**
 * Where a line break was lost, other prompts stand behind the first in its line; or its own name stands there twice.
 */
function firstOf(name: string, said: string, names: ReadonlyMap<string, string>): string {
  for (const match of said.matchAll(NAME_IN_LINE)) {
    if (!names.has(match[1]!)) continue;
    if (match.index === 0 && match[1] === name) return firstOf(name, said.slice(match[0].length), names);
    return said.slice(0, match.index).trimEnd();
  }
  return said;
}

/** Gives words their lost letters back: `può` for `pu?`. Marks at a word's end stay. */
export function repaired(text: string, repair: Readonly<Record<string, string>>): string {
  return text.replace(/\S+/g, (word) => {
    const [, bare = '', marks = ''] = /^(.*?)([.,;:!…]*)$/.exec(word) ?? [];
    return Object.hasOwn(repair, bare) ? repair[bare]! + marks : word;
  });
}

/** Why a transcript can't be learnt from, if so. */
export function unusable(text: string): string | undefined {
  if (/[[\]()<>]/.test(text)) return `a sound or a remark, not just speech: ${text}`;
  if (/\p{L}\?\p{L}|\?\s+\p{Ll}|\uFFFD/u.test(text)) return `letters were lost: ${text}`;
  if (!/\p{L}/u.test(text)) return `no words: ${text}`;
  return undefined;
}
