import { existsSync } from 'node:fs';
import path from 'node:path';
import type { FetchOptions } from '../encoder/hub/from-hub.ts';
import { InputError } from '../support/errors.ts';
import { readJson } from '../support/files.ts';
import { aboutSchema } from './about.ts';
import { COPY_AGAIN, modelFolderIn, readModelFolder } from './model-folder.ts';
import type { ModelParts } from './parts.ts';

/**
 * A model from the folder that a run wrote, or a CTC model as it was published.
 * @throws InputError when it is none
 */
export async function readModel(name: string, options: FetchOptions = {}): Promise<ModelParts> {
  if (existsSync(path.join(modelFolderIn(name), 'model.json'))) return readModelFolder(name);
  // Loaded here: a model folder needs neither the Hub nor readers of PyTorch's files.
  const { isPublished, readPublished } = await import('./published.ts');
  return isPublished(name) ? readPublished(name, options) : readModelFolder(name);
}

/**
 * Which encoder a model hears by, as its folder says: models of which it says the same can share it.
 * @returns nothing where it can't be shared: where adapters have changed it, or the model is a published one, or none
 */
export async function sharedEncoder(name: string): Promise<string | undefined> {
  const file = path.join(modelFolderIn(name), 'model.json');
  const { data: about } = aboutSchema.safeParse(existsSync(file) ? await readJson(file) : undefined);
  return about && !about.adapters ? JSON.stringify(about.encoder) : undefined;
}

/** Models on one encoder, with its bytes in memory once. @throws InputError when one has another encoder */
export async function readSharing(names: readonly string[]): Promise<ModelParts[]> {
  const all: ModelParts[] = [];
  for (const name of names) {
    const parts = await readModel(name);
    const encoder = all[0]?.encoder ?? parts.encoder;
    if (Buffer.compare(encoder, parts.encoder) !== 0)
      throw new InputError('its encoder is not the one that model.json names', COPY_AGAIN, { file: name });
    all.push({ ...parts, encoder });
  }
  return all;
}
