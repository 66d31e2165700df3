import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Golden } from '../exported.ts';

/** A file of a checkpoint in test/fixtures/checkpoints. */
export const checkpointFile = (...names: string[]): string =>
  path.join(fileURLToPath(new URL('../../fixtures/checkpoints', import.meta.url)), ...names);

/** What PyTorch gave for a checkpoint. */
export function checkpointGolden(name: string): Map<string, Golden> {
  const index = JSON.parse(readFileSync(checkpointFile(name, 'golden.json'), 'utf8')) as {
    name: string;
    dims: number[];
    offset: number;
  }[];
  const blob = new Float32Array(new Uint8Array(readFileSync(checkpointFile(name, 'golden.f32'))).buffer);
  return new Map(
    index.map(({ name: part, dims, offset }) => [
      part,
      { dims, data: blob.subarray(offset, offset + dims.reduce((a, d) => a * d, 1)) },
    ]),
  );
}
