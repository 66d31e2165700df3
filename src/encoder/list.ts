import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Network, parameterCount } from '../onnx/network.ts';
import type { Architecture } from './architecture.ts';
import { embeddedFile, readArchitecture } from './encoder.ts';
import { buildEncoder } from './network.ts';

/** An encoder that a recipe can name. */
export interface EncoderEntry {
  name: string;
  parameters: number;
  layers: number;
  dims: number;
  megabytes: number;
  what: string;
}

export async function listEncoders(): Promise<EncoderEntry[]> {
  if (!existsSync(embeddedFile)) return [];
  const bytes = await readFile(embeddedFile);
  const architecture = readArchitecture('embedded', bytes);
  const common = { parameters: parametersOf(architecture), layers: architecture.blocks + 1, dims: architecture.dims };
  return [
    { name: 'embedded', ...common, megabytes: bytes.length / 1e6, what: 'comes with isogloss; learnt from many languages, not Italian' },
    { name: 'random', ...common, megabytes: 0, what: 'the same network, untrained: the baseline' },
  ];
}

function parametersOf(architecture: Architecture): number {
  const network = new Network(false);
  buildEncoder(network, architecture);
  return parameterCount(network);
}
