import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { WorkError } from '../support/errors.ts';
import { writeAtomic } from '../support/files.ts';
import { packaged } from '../support/package.ts';
import type { WebModel } from './client/messages.ts';
import { wholeGraph } from './graph.ts';
import type { Parts } from './transformers.ts';
import { webPage } from './web-page.ts';

/** Bytes in one script: browsers read them one after another, and none is a text longer than they take. */
const PART_BYTES = 12e6;

/**
 * A folder with a page that transcribes in the browser, opened from the folder itself or served from anywhere: the
 * model and ONNX Runtime lie beside it, as scripts. Decoding is greedy.
 * @returns the files written, by their names in the folder
 * @throws WorkError when what the build puts into vendor/ is not there
 */
export async function exportWeb({ about, whole, vocabulary, card }: Parts, folder: string): Promise<string[]> {
  const graph = toBinary(ModelProtoSchema, wholeGraph(whole, { name: 'audio', standardise: true }));
  const model = partsOf('model', graph);
  const runtime = partsOf('runtime', await vendored('onnxruntime-web.wasm'));
  const info: WebModel = {
    name: about.name,
    language: about.language,
    vocabulary: vocabulary.toJson(),
    ...(about.confidence ? { confidence: about.confidence } : {}),
    model: model.map(({ name }) => name),
    runtime: runtime.map(({ name }) => name),
  };
  const files: [string, string | Uint8Array][] = [
    ...[...model, ...runtime].map(({ name, bytes }): [string, string] => [
      name,
      `part("${Buffer.from(bytes).toString('base64')}");\n`,
    ]),
    ['page.js', await vendored('web-client.js')],
    ['README.md', card],
    // Last: a folder that has it is whole.
    ['index.html', webPage(info, about.decoding !== undefined)],
  ];
  for (const [name, content] of files) await writeAtomic(path.join(folder, name), content);
  return files.map(([name]) => name);
}

function partsOf(name: string, bytes: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const count = Math.ceil(bytes.length / PART_BYTES);
  return Array.from({ length: count }, (_, i) => ({
    name: `${name}-${i + 1}.js`,
    bytes: bytes.subarray(i * PART_BYTES, (i + 1) * PART_BYTES),
  }));
}

/** They come with the package; in a clone, the build puts them there. */
async function vendored(name: string): Promise<Uint8Array> {
  const file = packaged(`vendor/${name}`);
  return readFile(file).catch((error: unknown) => {
    throw new WorkError(
      'what runs a model in a browser is not there',
      'Install isogloss again; in a clone, npm run build.',
      { file },
      error,
    );
  });
}
