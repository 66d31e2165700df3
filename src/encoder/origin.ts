import { existsSync } from 'node:fs';
import { knownCommit, knownFiles, snapshotFile } from './hub/cache.ts';
import { InputError } from '../support/errors.ts';
import { withoutLanguage } from './checkpoint/language.ts';
import { chooseWeights, filesOf, isSafetensors } from './checkpoint/weight-files.ts';
import { chooseOnnx, dtypesOf, type Dtype } from './exported/onnx-file.ts';
import { CONVERTED } from './hub/conversion.ts';
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
      what:
        (from === 'embedded' ? `${source.name}, comes with isogloss` : source.file) +
        (source.rounds ? ', rounded to 8 bits' : ''),
      here: true,
    };
  } catch (error) {
    // A recipe may be checked on another machine than it is run on.
    if (error instanceof InputError)
      return { from, what: `${error.message} (${error.place.file ?? model})`, here: false };
    throw error;
  }
}

async function fromHub({ model: name, revision = 'main', dtype }: EncoderChoice): Promise<EncoderOrigin> {
  const { model: id } = withoutLanguage(name);
  const commit = await knownCommit(id, revision);
  const files = commit === undefined ? undefined : await knownFiles(id, commit);
  const isOnnx = !files || dtypesOf(files).length > 0 || chooseWeights(files) === undefined;
  const weights = `PyTorch weights${dtype === 'q8' ? ' rounded to 8 bits' : ''}`;
  const named = `${id} at ${revision}, ${isOnnx ? (dtype ?? 'fp32') : weights}, from the Hugging Face Hub`;
  const at = !files
    ? undefined
    : isOnnx
      ? hasOnnx(id, commit!, files, dtype)
      : await withWeights(id, commit!, files, revision);
  return at === undefined
    ? { from: 'hub', what: `${named}: fetched when it is needed, for there is no folder ${id} here`, here: false }
    : { from: 'hub', what: `${named}: in the cache, commit ${at.slice(0, 8)}`, here: true };
}

/** The commit, if its files are here. */
function hasOnnx(id: string, commit: string, files: readonly string[], dtype: Dtype | undefined): string | undefined {
  const { model, data } = chooseOnnx(files, dtype ?? 'fp32', id);
  return areHere(id, commit, [model, ...data]) ? commit : undefined;
}

/** The commit whose weights are here: that of their conversion, where there is one. */
async function withWeights(
  id: string,
  commit: string,
  files: readonly string[],
  revision: string,
): Promise<string | undefined> {
  const name = chooseWeights(files)!;
  const converted = isSafetensors(name) || revision !== 'main' ? undefined : await knownCommit(id, CONVERTED);
  const state = converted ?? commit;
  const weights = chooseWeights((await knownFiles(id, state)) ?? files)!;
  if (!areHere(id, state, [weights])) return undefined;
  return areHere(id, state, await filesOf(snapshotFile(id, state, weights))) ? state : undefined;
}

const areHere = (id: string, commit: string, names: readonly string[]): boolean =>
  names.every((name) => existsSync(snapshotFile(id, commit, name)));
