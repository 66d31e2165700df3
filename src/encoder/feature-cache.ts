import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { makeRoom, touch } from '../support/cache-limit.ts';
import { WorkError } from '../support/errors.ts';
import { fromFloat16, toFloat16 } from '../support/float16.ts';
import { sha256, writeAtomic } from '../support/files.ts';

/** What a cached utterance was computed from: the same three, the same features. */
export interface FeatureKey {
  /** Content hash of the audio. */
  audio: string;
  /** Content hash of the encoder. */
  encoder: string;
  layers: readonly number[];
}

/** Bytes after the numbers: their CRC-32, and how many there are. */
const TRAILER = 8;

/**
 * Features on disk as float16, [frames, layers, dims], found by content. A file that was damaged on disk counts as not
 * there.
 */
export class FeatureCache {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Whether they are there, whole and as they were written: `damaged` where a file is there that isn't. */
  async find(key: FeatureKey): Promise<'sound' | 'damaged' | 'missing'> {
    const bytes = await readFile(this.file(key)).catch(() => undefined);
    if (bytes === undefined) return 'missing';
    if (!numbersIn(bytes)) return 'damaged';
    await touch(this.file(key));
    return 'sound';
  }

  /** @throws WorkError when they are not there, or damaged */
  async read(key: FeatureKey): Promise<Float32Array> {
    return fromFloat16(await this.halves(key));
  }

  /**
   * Reads into memory that is there, from its start.
   * @returns how many numbers there were
   * @throws WorkError when they are not there, or damaged
   */
  async readInto(key: FeatureKey, memory: Float32Array): Promise<number> {
    const halves = await this.halves(key);
    fromFloat16(halves, memory);
    return halves.length;
  }

  /** @throws WorkError when the disk is full */
  async write(key: FeatureKey, features: Float32Array): Promise<void> {
    const halves = toFloat16(features);
    const numbers = new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength);
    const trailer = Buffer.alloc(TRAILER);
    trailer.writeUInt32LE(crc32(numbers), 0);
    trailer.writeUInt32LE(halves.length, 4);
    const file = this.file(key);
    await makeRoom(file, numbers.byteLength + TRAILER);
    await writeAtomic(file, [numbers, trailer]);
  }

  private async halves(key: FeatureKey): Promise<Uint16Array> {
    const file = this.file(key);
    const halves = numbersIn(await readFile(file).catch(() => Buffer.alloc(0)));
    if (halves) return halves;
    throw new WorkError(
      'features of the cache were damaged or removed while they were in use',
      'Run the same command again: they are computed anew, and the training goes on where it was.',
      { file },
    );
  }

  private file(key: FeatureKey): string {
    const name = sha256(`${key.audio} ${key.encoder} ${key.layers.join(',')}`);
    return path.join(this.folder, name.slice(0, 2), `${name}.f16`);
  }
}

/** Whether a file's bytes are as they were written. */
export const isSoundFeatureFile = (bytes: Buffer): boolean => numbersIn(bytes) !== undefined;

/** The numbers in a file, or nothing when it isn't what was written. */
function numbersIn(bytes: Buffer): Uint16Array | undefined {
  const length = bytes.length - TRAILER;
  if (length < 0 || length % 2 !== 0 || bytes.readUInt32LE(length + 4) !== length / 2) return undefined;
  if (crc32(bytes.subarray(0, length)) !== bytes.readUInt32LE(length)) return undefined;
  return new Uint16Array(bytes.buffer, bytes.byteOffset, length / 2);
}
