import path from 'node:path';
import { fetchFile } from './download.ts';
import { openRepository } from './repository.ts';
import { repositoriesLike } from './search.ts';
import { InputError } from '../../support/errors.ts';
import { silent, type Progress } from '../../support/progress.ts';
import { chooseOnnx, type OnnxFiles } from '../exported/onnx-file.ts';
import type { EncoderChoice } from '../source.ts';

export interface FetchOptions {
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
  /** The commit to take instead of the revision: the one that a run began with. */
  commit?: string | undefined;
}

/** What describes a model beside its weights. */
const DESCRIPTIONS = ['config.json', 'preprocessor_config.json'];

/**
 * Gets an encoder's files from a repository on the Hugging Face Hub: those of one dtype, and what describes them; only what is not in
 * the cache.
 * @returns names of its files, the folder that they are in, and the commit that they are of
 * @throws InputError when the repository or a fitting file is not there, WorkError when it can't be got
 */
export async function fetchEncoder(
  { model: id, revision = 'main', dtype = 'fp32' }: EncoderChoice,
  { progress = silent, signal, commit }: FetchOptions,
): Promise<OnnxFiles & { folder: string; commit: string }> {
  const task = progress(`encoder ${id}`);
  const repository = await openRepository(id, commit ?? revision, { signal, note: (text) => task.note(text) });
  const { files } = repository;
  if (!files.some((name) => name.endsWith('.onnx'))) throw await withoutOnnx(id);
  const chosen = chooseOnnx(files, dtype, id);
  let file = '';
  // The model last, so that where it is, all is.
  for (const name of [...DESCRIPTIONS.filter((name) => files.includes(name)), ...chosen.data, chosen.model])
    file = await fetchFile(repository, name, { progress, signal });
  task.done(repository.commit.slice(0, 8));
  return { ...chosen, folder: file.slice(0, -path.normalize(chosen.model).length), commit: repository.commit };
}

async function withoutOnnx(id: string): Promise<InputError> {
  const others = await repositoriesLike(id, 'onnx');
  const made =
    others.length > 0 ? `Some have been made of it or of its like: ${others.join(', ')}. Or make one` : 'Make one';
  return new InputError(
    `${id} has no ONNX files`,
    `${made}: \`pip install "optimum-onnx[onnxruntime]"\`, then \`optimum-cli export onnx --model ${id} --task feature-extraction FOLDER\`, and set \`encoder.model\` to that folder. https://huggingface.co/spaces/onnx-community/convert-to-onnx does it in a browser.`,
  );
}
