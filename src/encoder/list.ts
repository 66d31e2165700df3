import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { cachedSnapshots } from './hub/cache.ts';
import { Network, parameterCount } from '../onnx/graph/network.ts';
import { readJson } from '../support/files.ts';
import type { Architecture } from './own/architecture.ts';
import { EMBEDDED, embeddedFile, type EmbeddedName } from './own/embedded.ts';
import { readArchitecture } from './own/encoder.ts';
import { buildEncoder } from './own/network.ts';
import { sizeOf } from './checkpoint/stored-tensor.ts';
import { chooseWeights, filesOf, readWeightFiles } from './checkpoint/weight-files.ts';
import { chooseOnnx, dtypesOf } from './exported/onnx-file.ts';

/** An encoder that a recipe can name. */
export interface EncoderEntry {
  /** As `encoder.model` has it. */
  name: string;
  /** As `encoder.revision` and `encoder.dtype` have them, of one from the Hub. */
  revision?: string;
  dtype?: string;
  /** Of one from the Hub, only what its config.json says. */
  parameters?: number;
  layers?: number;
  dims?: number;
  megabytes: number;
  what: string;
}

/** What comes with isogloss, and what has been fetched from the Hub. */
export async function listEncoders(): Promise<EncoderEntry[]> {
  return [...(await ownEncoders()), ...(await cachedEncoders())];
}

async function ownEncoders(): Promise<EncoderEntry[]> {
  const entries: EncoderEntry[] = [];
  for (const name of (Object.keys(EMBEDDED) as EmbeddedName[]).filter((name) => existsSync(embeddedFile(name)))) {
    const bytes = await readFile(embeddedFile(name));
    const architecture = readArchitecture(name, bytes);
    const shape = { parameters: parametersOf(architecture), layers: architecture.blocks + 1, dims: architecture.dims };
    entries.push({ name, ...shape, megabytes: bytes.length / 1e6, what: EMBEDDED[name] });
  }
  const random = entries.slice(0, 1).map((entry) => ({
    ...entry,
    name: 'random',
    megabytes: 0,
    what: `${entry.name} before it learnt anything: the baseline`,
  }));
  return [...entries, ...random];
}

function parametersOf(architecture: Architecture): number {
  const network = new Network(false);
  buildEncoder(network, architecture);
  return parameterCount(network);
}

/** What of each commit is here whole: each dtype of its ONNX files, or its PyTorch weights. */
async function cachedEncoders(): Promise<EncoderEntry[]> {
  const entries: EncoderEntry[] = [];
  for (const { id, commit, folder, files } of await cachedSnapshots()) {
    const shape = files.includes('config.json') ? shapeIn(await readJson(path.join(folder, 'config.json'))) : {};
    const entry = { name: id, revision: commit, ...shape };
    const from = (form: string): string => `from the Hugging Face Hub: ${form}, commit ${commit.slice(0, 8)}`;
    const megabytes = async (names: readonly string[]): Promise<number> => {
      const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
      return sizes.reduce((sum, size) => sum + size, 0) / 1e6;
    };
    for (const dtype of dtypesOf(files)) {
      const { model, data } = chooseOnnx(files, dtype, id);
      entries.push({ ...entry, dtype, megabytes: await megabytes([model, ...data]), what: from(dtype) });
    }
    const weights = chooseWeights(files);
    const parts = weights === undefined ? [] : await filesOf(path.join(folder, weights));
    if (weights !== undefined && parts.every((name) => files.includes(name)))
      entries.push({
        ...entry,
        parameters: await numbersIn(path.join(folder, weights)),
        megabytes: await megabytes(parts),
        what: from('PyTorch weights'),
      });
  }
  return entries;
}

/** All numbers that files of weights hold. */
async function numbersIn(file: string): Promise<number> {
  return [...(await readWeightFiles(file)).values()].reduce((sum, { dims }) => sum + sizeOf(dims), 0);
}

/** Whisper's encoder has words of its own for its shape. */
const configSchema = z
  .object({ hidden_size: z.number(), num_hidden_layers: z.number() })
  .or(z.object({ d_model: z.number(), encoder_layers: z.number() }));

function shapeIn(config: unknown): Pick<EncoderEntry, 'layers' | 'dims'> {
  const { data } = configSchema.safeParse(config);
  if (!data) return {};
  return 'hidden_size' in data
    ? { dims: data.hidden_size, layers: data.num_hidden_layers + 1 }
    : { dims: data.d_model, layers: data.encoder_layers + 1 };
}
