import type { Moments } from '../onnx/training/adamw.ts';
import type { Weights } from '../onnx/training/engine.ts';
import { writeAtomic } from '../support/files.ts';
import { readFile } from 'node:fs/promises';

/** Named tensors and a little JSON in one file: a header line, then the numbers one after the other. */
interface Header {
  tensors: { name: string; length: number }[];
  state: unknown;
}

/** Writes weights, moments and the loop's own state; whole or not at all. */
export async function writeCheckpoint(
  file: string,
  weights: Weights,
  moments: Moments | undefined,
  state: unknown,
  average?: Weights,
): Promise<void> {
  const groups = {
    w: weights,
    ...(moments ? { m: moments.mean, s: moments.square } : {}),
    ...(average ? { a: average } : {}),
  };
  const parts = Object.entries(groups).flatMap(([group, tensors]) =>
    [...tensors].map(([name, data]) => ({ name: `${group}:${name}`, data })),
  );
  const header: Header = {
    tensors: parts.map(({ name, data }) => ({ name, length: data.length })),
    state: { step: moments?.step ?? 0, loop: state },
  };
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  await writeAtomic(file, [
    line,
    ...parts.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

export interface Checkpoint {
  weights: Weights;
  moments: Moments;
  /** Moving average of the weights, if the training had one. */
  average?: Weights;
  state: unknown;
}

/** @returns undefined when there is none */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  if (!bytes) return undefined;
  const end = bytes.indexOf(10);
  const header = JSON.parse(bytes.subarray(0, end).toString()) as Header;
  const state = header.state as { step: number; loop: unknown };
  const result: Checkpoint = {
    weights: new Map(),
    moments: { mean: new Map(), square: new Map(), step: state.step },
    state: state.loop,
  };
  const groups: Record<string, Weights> = {
    w: result.weights,
    m: result.moments.mean,
    s: result.moments.square,
    a: new Map(),
  };
  let offset = end + 1;
  for (const { name, length } of header.tensors) {
    const data = new Float32Array(length);
    new Uint8Array(data.buffer).set(bytes.subarray(offset, offset + length * 4));
    groups[name[0]!]!.set(name.slice(2), data);
    offset += length * 4;
  }
  if (groups.a!.size > 0) result.average = groups.a!;
  return result;
}
