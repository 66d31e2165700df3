import path from 'node:path';
import { z } from 'zod';
import { InputError } from '../../support/errors.ts';
import { readJson } from '../../support/files.ts';
import { readSafetensors } from './safetensors.ts';
import { damaged, GET_ANEW, type StoredTensor } from './stored-tensor.ts';
import { readTorchFile } from './torch-file.ts';

/**
 * What transformers calls a model's weights, what is best first; an index tells what lies in which of several files.
 */
export const WEIGHT_FILES = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
] as const;

export const isSafetensors = (name: string): boolean => /\.safetensors(\.index\.json)?$/.test(name);

/** The best of the weights among the names of a repository's or folder's files, if there are any. */
export const chooseWeights = (names: readonly string[]): string | undefined =>
  WEIGHT_FILES.find((name) => names.includes(name));

/** @throws InputError when weights are asked for in other numbers than theirs, or those that isogloss rounds them to */
export function refuseDtype(dtype: string | undefined, where: string): void {
  if (dtype === undefined || dtype === 'fp32' || dtype === 'q8') return;
  throw new InputError(
    `${where} has PyTorch weights, and no ONNX files in ${dtype}`,
    'Remove `encoder.dtype`, or set it to q8: isogloss rounds their linear layers to 8 bits.',
  );
}

/** Whether a file's name is one that PyTorch weights have. */
export const isWeightFile = (name: string): boolean =>
  /\.(safetensors|bin|pt|pth)$/.test(name) || name.endsWith('.index.json');

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * What files of PyTorch weights say of their tensors, by name; the numbers are not read.
 * @param file safetensors, PyTorch's own format, or the index of several
 * @throws InputError when one is missing, damaged, or of another format
 */
export async function readWeightFiles(file: string): Promise<Map<string, StoredTensor>> {
  if (!file.endsWith('.index.json')) return readWeightFile(file);
  const map = Object.entries(await readIndex(file));
  const tensors = new Map<string, StoredTensor>();
  for (const name of new Set(map.map(([, shard]) => shard))) {
    const stored = await readWeightFile(path.join(path.dirname(file), name));
    for (const [tensor] of map.filter(([, shard]) => shard === name)) {
      const found = stored.get(tensor);
      if (!found)
        throw damaged(
          path.join(path.dirname(file), name),
          `${JSON.stringify(tensor)} is not in it, where the index says`,
        );
      tensors.set(tensor, found);
    }
  }
  return tensors;
}

/** Names of the files that an index names; of a single file, its own. */
export async function filesOf(file: string): Promise<string[]> {
  return file.endsWith('.index.json') ? [...new Set(Object.values(await readIndex(file)))] : [path.basename(file)];
}

const readWeightFile = (file: string): Promise<Map<string, StoredTensor>> =>
  isSafetensors(file) ? readSafetensors(file) : readTorchFile(file);

/** @throws InputError when it names files elsewhere than beside it */
async function readIndex(file: string): Promise<Record<string, string>> {
  const index = indexSchema.safeParse(await readJson(file));
  if (!index.success) throw new InputError('this is no index of weights', GET_ANEW, { file });
  for (const name of Object.values(index.data.weight_map))
    if (name !== path.basename(name) || name === '' || name === '..' || name.includes('\\'))
      throw damaged(file, `it names a file that is not beside it, ${JSON.stringify(name)}`);
  return index.data.weight_map;
}
