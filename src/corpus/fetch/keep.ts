import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256, sha256File, writeAtomic } from '../../support/files.ts';
import { audioPath, manifestPath, readManifest, writeManifest } from '../manifest.ts';
import type { Utterance } from '../utterance.ts';

/** What a fetch has put into a corpus's folder: a later one may replace or remove that, and nothing else. */
export interface Put {
  /** Hex SHA-256 of the manifest. */
  manifest: string;
  /** Recording → its size in bytes. */
  audio: Record<string, number>;
}

/** The new manifest goes here where somebody has edited the old one. */
export const NEW_MANIFEST = 'manifest.new.jsonl';

/**
 * Puts a fetch's manifest in its place, and removes recordings that an earlier fetch has put there and nobody wants any
 * more. What somebody has added or changed stays.
 * @returns what it has put, and whether an edited manifest was left as it is
 */
export async function putManifest(
  folder: string,
  utterances: readonly Utterance[],
  earlier: Put | undefined,
): Promise<{ put: Put; edited: boolean }> {
  const file = manifestPath(folder);
  const fresh = utterances.map((utterance) => `${JSON.stringify(utterance)}\n`).join('');
  const there = await sha256File(file).catch(() => undefined);
  const edited = there !== undefined && there !== earlier?.manifest && there !== sha256(fresh);
  if (edited) await writeAtomic(path.join(folder, NEW_MANIFEST), fresh);
  else await writeManifest(folder, utterances);
  const wanted = new Set(utterances.map(({ audio }) => audio));
  if (edited) for await (const { utterance } of readManifest(folder)) wanted.add(utterance.audio);
  for (const [audio, size] of Object.entries(earlier?.audio ?? {}))
    if (!wanted.has(audio)) await removeIfSame(folder, audio, size);
  return {
    put: { manifest: edited ? (earlier?.manifest ?? '') : sha256(fresh), audio: await sizesOf(folder, utterances) },
    edited,
  };
}

async function removeIfSame(folder: string, audio: string, size: number): Promise<void> {
  const file = audioPath(folder, { id: '', audio, text: '' });
  const now = await stat(file).catch(() => undefined);
  if (now?.isFile() && now.size === size) await rm(file);
}

async function sizesOf(folder: string, utterances: readonly Utterance[]): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const utterance of utterances) sizes[utterance.audio] ??= (await stat(audioPath(folder, utterance))).size;
  return sizes;
}
