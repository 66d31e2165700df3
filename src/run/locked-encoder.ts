import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { EncoderSource } from '../encoder/source.ts';
import { sha256File } from '../support/files.ts';
import { readYaml } from '../support/yaml.ts';

const schema = z.object({
  from: z.enum(['embedded', 'hub', 'folder', 'file']),
  /** Of the repository, where it comes from the Hub. */
  commit: z.string().optional(),
  /** Name in its repository or folder → hex SHA-256, of the model and of the weights beside it. */
  files: z.record(z.string(), z.string()),
  preprocessor: z.record(z.string(), z.unknown()).optional(),
});

/** What a run's lock says of the encoder that it began with. Nothing in it depends on where files are kept. */
export type LockedEncoder = z.infer<typeof schema>;

/** From `recipe.lock.yaml` in a run's folder; absent before there is one, and in those of earlier versions. */
export async function readLockedEncoder(folder: string): Promise<LockedEncoder | undefined> {
  const file = path.join(folder, 'recipe.lock.yaml');
  if (!existsSync(file)) return undefined;
  const { value } = await readYaml(file, 'Delete it: the run writes it anew, with the encoder as it is now.');
  const lock = z.object({ locked: z.object({ encoder: schema }) }).safeParse(value);
  return lock.success ? lock.data.locked.encoder : undefined;
}

/** The lock of an encoder: its files by content. */
export async function lockEncoder({
  from,
  file,
  model,
  data,
  commit,
  preprocessor,
}: EncoderSource): Promise<LockedEncoder> {
  const beside = (name: string): string => path.join(path.dirname(file), path.basename(name));
  const files = Object.fromEntries(
    await Promise.all([model, ...data].map(async (name) => [name, await sha256File(beside(name))] as const)),
  );
  return { from, ...(commit === undefined ? {} : { commit }), files, ...(preprocessor ? { preprocessor } : {}) };
}
