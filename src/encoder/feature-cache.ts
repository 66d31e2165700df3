import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
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

/** Features on disk as float16, [frames, layers, dims], found by content. */
export class FeatureCache {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  has(key: FeatureKey): boolean {
    return existsSync(this.file(key));
  }

  /** @throws Error (ENOENT) when they are not there */
  async read(key: FeatureKey): Promise<Float32Array> {
    return fromFloat16(await this.halves(key));
  }

  /**
   * Reads into memory that is there, from its start.
   * @returns how many numbers there were
   * @throws Error (ENOENT) when they are not there
   */
  async readInto(key: FeatureKey, memory: Float32Array): Promise<number> {
    const halves = await this.halves(key);
    fromFloat16(halves, memory);
    return halves.length;
  }

  /** @throws WorkError when the disk is full */
  async write(key: FeatureKey, features: Float32Array): Promise<void> {
    const halves = toFloat16(features);
    await writeAtomic(this.file(key), new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength));
  }

  private async halves(key: FeatureKey): Promise<Uint16Array> {
    const bytes = await readFile(this.file(key));
    return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  }

  private file(key: FeatureKey): string {
    const name = sha256(`${key.audio} ${key.encoder} ${key.layers.join(',')}`);
    return path.join(this.folder, name.slice(0, 2), `${name}.f16`);
  }
}
