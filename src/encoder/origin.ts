import { existsSync } from 'node:fs';
import { knownCommit, knownFiles, snapshotFile } from './hub/cache.ts';
import { InputError } from '../support/errors.ts';
import { chooseOnnx } from './exported/onnx-file.ts';
import { findEncoder, kindOf, type EncoderChoice, type EncoderSource } from './source.ts';

/** Where a recipe's encoder comes from. */
export interface EncoderOrigin {
  from: EncoderSource['from'] | 'network' | 'start';
  /** In words. */
  what: string;
  /** Whether all of it is on this machine. */
  here: boolean;
}

/**
 * Says where an encoder would come from, without opening it or asking the network.
 * @param start the model that a recipe goes on from, if it does
 */
export async function encoderOrigin(choice: EncoderChoice, start?: string): Promise<EncoderOrigin> {
  const { model } = choice;
  if (start !== undefined) return { from: 'start', what: `the one of ${start}`, here: true };
  if (model === 'new' || model === 'random') return { from: 'network', what: `${model}, untrained`, here: true };
  const from = kindOf(model);
  try {
    if (from === 'hub') return await fromHub(choice);
    const source = await findEncoder(choice);
    return {
      from,
      what: `${from === 'embedded' ? 'embedded, comes with isogloss' : source.file}${source.rounds ? ', rounded to 8 bits' : ''}`,
      here: true,
    };
  } catch (error) {
    // A recipe may be checked on another machine than it is run on.
    if (error instanceof InputError)
      return { from, what: `${error.message} (${error.place.file ?? model})`, here: false };
    throw error;
  }
}

async function fromHub({ model: id, revision = 'main', dtype = 'fp32' }: EncoderChoice): Promise<EncoderOrigin> {
  const commit = await knownCommit(id, revision);
  const files = commit === undefined ? undefined : await knownFiles(id, commit);
  const named = `${id} at ${revision}, ${dtype}, from the Hugging Face Hub`;
  if (!files) return { from: 'hub', what: `${named}: fetched when it is needed`, here: false };
  const { model, data } = chooseOnnx(files, dtype, id);
  const here = [model, ...data].every((name) => existsSync(snapshotFile(id, commit!, name)));
  return {
    from: 'hub',
    what: `${named}: ${here ? `in the cache, commit ${commit!.slice(0, 8)}` : 'fetched when it is needed'}`,
    here,
  };
}
