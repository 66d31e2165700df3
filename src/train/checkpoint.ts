import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Moments } from '../onnx/training/adamw.ts';
import type { Weights } from '../onnx/training/engine.ts';
import { codeOf, InputError } from '../support/errors.ts';
import { readError, writeAtomic } from '../support/files.ts';

/**
 * Named tensors and a little JSON in one file: a header line, the numbers one after the other, and the CRC-32 of it
 * all.
 */
interface Header {
  tensors: { name: string; length: number }[];
  state: unknown;
}

const CHECKSUM = 4;

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
  const pieces = [
    Buffer.from(`${JSON.stringify(header)}\n`),
    ...parts.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
  const checksum = Buffer.alloc(CHECKSUM);
  checksum.writeUInt32LE(pieces.reduce((crc, piece) => crc32(piece, crc), 0));
  await writeAtomic(file, [...pieces, checksum]);
}

export interface Checkpoint {
  weights: Weights;
  moments: Moments;
  /** Moving average of the weights, if the training had one. */
  average?: Weights;
  state: unknown;
}

/**
 * @returns undefined when there is none
 * @throws InputError when it was cut or changed
 */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  const whole = await readFile(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw readError(file, error);
  });
  if (!whole) return undefined;
  const bytes = whole.subarray(0, Math.max(0, whole.length - CHECKSUM));
  if (bytes.length === 0 || crc32(bytes) !== whole.readUInt32LE(bytes.length))
    throw new InputError(
      'the checkpoint is damaged, or of an earlier version',
      'Delete the folder checkpoints of this run: the same command trains anew, and ends the same.',
      { file },
    );
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
