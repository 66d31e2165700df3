import { open, type FileHandle } from 'node:fs/promises';
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
  const handle = await open(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw readError(file, error);
  });
  if (!handle) return undefined;
  try {
    return await checkpointIn(await PieceReader.open(handle));
  } catch (error) {
    throw codeOf(error) === undefined ? damaged(file, error) : readError(file, error);
  } finally {
    await handle.close();
  }
}

const damaged = (file: string, cause: unknown): InputError =>
  new InputError(
    'the checkpoint is damaged, or of an earlier version',
    'Delete the folder checkpoints of this run: the same command trains anew, and ends the same.',
    { file },
    cause,
  );

/** @throws Error where it is not as it was written */
async function checkpointIn(pieces: PieceReader): Promise<Checkpoint> {
  const header = JSON.parse(await pieces.line()) as Header;
  const wanted = header.tensors.reduce((sum, { length }) => sum + 4 * length, CHECKSUM);
  if (wanted !== pieces.left) throw new Error(`${pieces.left} bytes where ${wanted} are wanted`);
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
  for (const { name, length } of header.tensors) {
    const data = new Float32Array(length);
    await pieces.into(new Uint8Array(data.buffer));
    groups[name[0]!]!.set(name.slice(2), data);
  }
  const { sum } = pieces;
  const checksum = Buffer.alloc(CHECKSUM);
  await pieces.into(checksum);
  if (checksum.readUInt32LE() !== sum) throw new Error('the checksum is another');
  if (groups.a!.size > 0) result.average = groups.a!;
  return result;
}

/** What a call reads at most, and where a line's end is looked for. */
const [MOST, BLOCK] = [1 << 30, 1 << 16];

/** A file piece by piece: one of more than 2 GiB can't be read in one go. */
class PieceReader {
  /** CRC-32 of what was read. */
  sum = 0;
  private at = 0;
  private readonly handle: FileHandle;
  private readonly size: number;

  private constructor(handle: FileHandle, size: number) {
    [this.handle, this.size] = [handle, size];
  }

  static async open(handle: FileHandle): Promise<PieceReader> {
    return new PieceReader(handle, (await handle.stat()).size);
  }

  /** Bytes that are still to be read. */
  get left(): number {
    return this.size - this.at;
  }

  /** Up to a line feed, without it. */
  async line(): Promise<string> {
    for (let length = BLOCK; ; length *= 2) {
      const { buffer, bytesRead } = await this.handle.read(Buffer.alloc(length), 0, length, this.at);
      const end = buffer.subarray(0, bytesRead).indexOf(10);
      if (end < 0 && bytesRead < length) throw new Error('it ends in its header');
      if (end < 0) continue;
      this.sum = crc32(buffer.subarray(0, end + 1), this.sum);
      this.at += end + 1;
      return buffer.toString('utf8', 0, end);
    }
  }

  /** As many bytes as there is room for. */
  async into(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await this.handle.read(bytes, done, Math.min(MOST, bytes.length - done), this.at + done);
      if (bytesRead === 0) throw new Error('it was cut off');
      done += bytesRead;
    }
    this.sum = crc32(bytes, this.sum);
    this.at += bytes.length;
  }
}
