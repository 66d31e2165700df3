import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readError, writeAtomic } from '../support/files.ts';
import { decodeAudio } from './decode.ts';
import { decodeMany, groupShort, type Stretch } from './decode-many.ts';

/**
 * Decoded audio on disk, found by the content of its source: a renamed recording is not decoded again, a changed one is.
 * 16-bit samples, half the size of floats and all that most recordings have.
 */
export class AudioCache {
  private readonly folder: string;
  private readonly keys = new Map<string, Promise<string>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * The recording, or a stretch of it: 16 kHz mono.
   * @throws InputError when it can't be decoded, WorkError when the cache can't be written
   */
  async read(
    file: string,
    stretch: { start?: number | undefined; end?: number | undefined } = {},
  ): Promise<Float32Array> {
    const cached = await this.place(file, stretch);
    const bytes = await readFile(cached).catch(() => undefined);
    if (bytes) return readSamples(bytes);
    const narrow = await this.keep(cached, await decodeAudio(file, stretch));
    // What a second reading would give, so that a run doesn't depend on what was cached before.
    return widen(narrow);
  }

  /** Decodes what will be read soon and isn't here, many short recordings at once; says nothing of what can't be decoded: `read` will. */
  async fill(stretches: readonly Stretch[]): Promise<void> {
    const places = new Map<Stretch, string>();
    for (const stretch of stretches) {
      const place = await this.place(stretch.file, stretch).catch(() => undefined);
      if (place !== undefined && !existsSync(place)) places.set(stretch, place);
    }
    await mkdir(this.folder, { recursive: true });
    for (const group of await groupShort([...places.keys()])) {
      const decoded = await decodeMany(group, this.folder);
      if (decoded) await Promise.all(group.map((stretch, i) => this.keep(places.get(stretch)!, decoded[i]!)));
    }
  }

  /** Where a recording lies once it is decoded. @param key its content's */
  placeOf(key: string): string {
    return path.join(this.folder, `${key}.s16`);
  }

  private async place(
    file: string,
    stretch: { start?: number | undefined; end?: number | undefined },
  ): Promise<string> {
    return this.placeOf(await this.key(file, stretch));
  }

  private async keep(place: string, samples: Float32Array): Promise<Int16Array> {
    const narrow = narrowed(samples);
    await writeAtomic(place, new Uint8Array(narrow.buffer));
    return narrow;
  }

  /** Hex SHA-256 of the source's bytes and the stretch. Each file is read once a process. */
  async key(file: string, stretch: { start?: number | undefined; end?: number | undefined } = {}): Promise<string> {
    const name = `${file} ${stretch.start ?? ''} ${stretch.end ?? ''}`;
    const known = this.keys.get(name) ?? contentKey(file, stretch);
    this.keys.set(name, known);
    return known;
  }
}

async function contentKey(
  file: string,
  { start, end }: { start?: number | undefined; end?: number | undefined },
): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  return createHash('sha256')
    .update(bytes)
    .update(` ${path.extname(file)} ${start ?? ''} ${end ?? ''}`)
    .digest('hex');
}

function narrowed(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (x) => Math.max(-32768, Math.min(32767, Math.round(x * 32768))));
}

/** The samples in a file of the cache. */
export const readSamples = (bytes: Buffer): Float32Array =>
  widen(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1));

function widen(samples: Int16Array): Float32Array {
  const result = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) result[i] = samples[i]! / 32768;
  return result;
}
