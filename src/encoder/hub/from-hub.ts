import path from 'node:path';
import { fetchFile } from './download.ts';
import { openRepository, type Repository } from './repository.ts';
import { repositoriesLike } from './search.ts';
import { InputError } from '../../support/errors.ts';
import { silent, type Progress } from '../../support/progress.ts';
import { chooseWeights, filesOf, isSafetensors, refuseDtype, WEIGHT_FILES } from '../checkpoint/weight-files.ts';
import { chooseOnnx, dtypesOf, type Dtype, type OnnxFiles } from '../exported/onnx-file.ts';
import { conversionOf } from './conversion.ts';
import type { LanguageChoice } from '../source.ts';
import { adapterFile } from '../checkpoint/language.ts';

export interface FetchOptions {
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
  /** The commit to take instead of the revision: the one that a run began with. */
  commit?: string | undefined;
  /** Names of files to get besides, where the repository has them. */
  also?: readonly string[] | undefined;
}

/** What describes a model beside its weights. */
const DESCRIPTIONS = ['config.json', 'preprocessor_config.json'];

/**
 * Gets an encoder's files from a repository on the Hugging Face Hub: ONNX files of one dtype, or else its PyTorch
 * weights, and what describes them; only what is not in the cache.
 * @returns names of its files, the folder that they are in, and the commit that they are of
 * @throws InputError when the repository or a fitting file is not there, WorkError when it can't be got
 */
export async function fetchEncoder(
  { model: id, revision = 'main', dtype, language }: LanguageChoice,
  { also = [], progress = silent, signal, commit }: FetchOptions,
): Promise<OnnxFiles & { adapter?: string | undefined; folder: string; commit: string }> {
  const task = progress(`encoder ${id}`);
  const request = { signal, note: (text: string) => task.note(text) };
  const asked = await openRepository(id, commit ?? revision, request);
  const converted =
    commit === undefined && revision === 'main' && needsConversion(asked) ? await conversionOf(id, request) : undefined;
  const repository = converted ?? asked;
  const fetch = (name: string): Promise<string> => fetchFile(repository, name, { progress, signal });
  const chosen = await chooseFiles(repository, dtype, fetch);
  const adapter = language === undefined ? undefined : adapterFile(repository.files, language, id);
  const described = [...DESCRIPTIONS, ...also].filter((name) => repository.files.includes(name));
  let file = '';
  // The model last, so that where it is, all is.
  for (const name of [...described, ...chosen.data, ...(adapter === undefined ? [] : [adapter]), chosen.model])
    file = await fetch(name);
  task.done(repository.commit.slice(0, 8));
  return { ...chosen, adapter, folder: file.slice(0, -path.normalize(chosen.model).length), commit: repository.commit };
}

/** Whether all that it has are weights in PyTorch's own format. */
const needsConversion = ({ files }: Repository): boolean => {
  const weights = chooseWeights(files);
  return dtypesOf(files).length === 0 && weights !== undefined && !isSafetensors(weights);
};

async function chooseFiles(
  { id, files }: Repository,
  dtype: Dtype | undefined,
  fetch: (name: string) => Promise<string>,
): Promise<OnnxFiles> {
  const weights = chooseWeights(files);
  if (dtypesOf(files).length === 0 && weights !== undefined) {
    refuseDtype(dtype, id);
    const index = weights.endsWith('.index.json') ? await fetch(weights) : undefined;
    return { model: weights, data: index === undefined ? [] : await filesOf(index) };
  }
  if (!files.some((name) => name.endsWith('.onnx'))) throw await withoutEncoder(id);
  return chooseOnnx(files, dtype ?? 'fp32', id);
}

async function withoutEncoder(id: string): Promise<InputError> {
  const others = await repositoriesLike(id);
  return new InputError(
    `${id} has no encoder: no ${WEIGHT_FILES[0]}, no ${WEIGHT_FILES[2]} and no ONNX files`,
    others.length > 0 ? `Did you mean ${others.join(', ')}?` : 'Check the name, or `encoder.revision`.',
  );
}
