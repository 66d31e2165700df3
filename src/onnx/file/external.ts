import { TensorProto_DataLocation, type GraphProto } from 'onnx-buf';
import { statSync } from 'node:fs';
import path from 'node:path';
import { codeOf, InputError } from '../../support/errors.ts';
import { readError, sha256 } from '../../support/files.ts';
import { sha256Beside } from '../../support/sha256-beside.ts';

/**
 * Names of the files beside an .onnx file that hold weights of it; models over 2 GB must have such.
 * @throws InputError when it names a file that is not beside it
 */
export function externalFiles(graph: GraphProto): string[] {
  const constants = graph.node.flatMap((node) =>
    node.opType === 'Constant' ? node.attribute.flatMap(({ t }) => t ?? []) : [],
  );
  const outside = [...graph.initializer, ...constants].filter(
    (tensor) => tensor.dataLocation === TensorProto_DataLocation.EXTERNAL,
  );
  const names = new Set(
    outside.map((tensor) => tensor.externalData.find(({ key }) => key === 'location')?.value ?? ''),
  );
  for (const name of names)
    if (name === '' || name === '..' || path.basename(name) !== name)
      throw new InputError(
        `the model wants its weights from ${name || 'a file without a name'}, which is not beside it`,
        'Export it with its weights in a file in the same folder.',
      );
  return [...names];
}

/**
 * Hex SHA-256 of a model: of its bytes, and of the files that hold its weights. These are streamed, and once only as
 * long as they don't change.
 * @param names of these files
 */
export async function hashModel(bytes: Uint8Array, names: readonly string[], folder?: string): Promise<string> {
  if (names.length === 0) return sha256(bytes);
  if (folder === undefined)
    throw new InputError(
      `the model's weights are in another file, ${names[0]}`,
      'Give the model by its path, with that file beside it.',
    );
  const hashes = [sha256(bytes)];
  for (const name of names) hashes.push(await hashOnce(path.join(folder, name)));
  return sha256(hashes.join(' '));
}

const known = new Map<string, Promise<string>>();

function hashOnce(file: string): Promise<string> {
  const { size, mtimeMs } = stated(file);
  const key = `${path.resolve(file)} ${size} ${mtimeMs}`;
  const hash = known.get(key) ?? sha256Beside(file, size);
  known.set(key, hash);
  return hash;
}

function stated(file: string): { size: number; mtimeMs: number } {
  try {
    return statSync(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new InputError(
        'the model’s weights are in this file, which is missing',
        'Put it beside the .onnx file, under this name.',
        { file },
        error,
      );
    throw readError(file, error);
  }
}
