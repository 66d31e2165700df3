import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeRoom, touch } from '../support/cache-limit.ts';
import { InputError } from '../support/errors.ts';
import { sha256, sha256File, writeAtomic } from '../support/files.ts';
import { sweepLeftovers } from '../support/leftovers.ts';
import { bytesAt } from './bytes-at.ts';
import { decodeAudio } from './decode.ts';
import { decodeStretches } from './decode-stretches.ts';
import { sizeOfFile } from './regular-file.ts';
import { countOf, decodeSamples, encodeSamples, HEADER, type KeptSamples } from './sample-file.ts';
import type { Stretch } from './stretches.ts';

type Part = Omit<Stretch, 'file'>;

/**
 * Decoded audio on disk, found by the content of its source: a renamed recording is not decoded again, a changed one
 * is. A file that was damaged on disk is made again.
 */
export class AudioCache {
  private readonly folder: string;
  private readonly contents = new Map<string, Promise<Contents>>();
  /** Why what was decoded ahead can't be used, by its place. */
  private readonly refused = new Map<string, InputError>();
  private swept: Promise<void> | undefined;
  /** Stretches that `fill` was asked for, and those that it had to decode. */
  readonly filled = { asked: 0, decoded: 0 };

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * The recording, or a stretch of it: 16 kHz mono.
   * @throws InputError when it can't be decoded or is changed meanwhile, WorkError when the cache can't be written
   */
  async read(file: string, part: Part = {}): Promise<Float32Array> {
    return (await this.readWithNotes(file, part)).samples;
  }

  /** With what is unusual of it. */
  async readWithNotes(file: string, part: Part = {}): Promise<KeptSamples> {
    const place = await this.place(file, part);
    const bytes = await readFile(place).catch(() => undefined);
    const kept = bytes && decodeSamples(bytes);
    if (kept) {
      await touch(place);
      return kept;
    }
    const refused = this.refused.get(place);
    if (refused) throw refused;
    const notes: string[] = [];
    const decoded = { samples: await decodeAudio(file, { ...part, note: (text) => notes.push(text) }), notes };
    if (!(await this.isSame(file))) throw changed(file);
    await this.write(place, decoded);
    return decoded;
  }

  /** How many samples `read` gives, without reading them where they are kept. */
  async length(file: string, part: Part = {}): Promise<number> {
    const head = await headOf(await this.place(file, part), HEADER);
    return (head && countOf(head)) ?? (await this.read(file, part)).length;
  }

  /**
   * Decodes what will be read soon and isn't here: many short recordings at once, and all stretches of one recording in
   * one go. Says nothing of what can't be decoded: `read` will.
   */
  async fill(stretches: readonly Stretch[], signal?: AbortSignal): Promise<void> {
    await (this.swept ??= sweepLeftovers(this.folder));
    const missing = new Map<Stretch, string>();
    for (const stretch of stretches) {
      const place = await this.place(stretch.file, stretch).catch(() => undefined);
      if (place !== undefined && !(await touch(place))) missing.set(stretch, place);
    }
    this.filled.asked += stretches.length;
    this.filled.decoded += missing.size;
    for await (const { stretch, result } of decodeStretches([...missing.keys()], this.folder, signal)) {
      const place = missing.get(stretch)!;
      if (result instanceof InputError) this.refused.set(place, result);
      else if (!(await this.isSame(stretch.file))) this.refused.set(place, changed(stretch.file));
      else await this.write(place, result);
    }
  }

  /** Where a recording lies once it is decoded. @param key its content's */
  placeOf(key: string): string {
    return path.join(this.folder, `${key}.samples`);
  }

  /**
   * Hex SHA-256 of the source's bytes and the stretch. Each file is read once a process, however many stretches are of
   * it.
   */
  async key(file: string, { start, end, track, channel }: Part = {}): Promise<string> {
    const contents = this.contents.get(file) ?? contentsOf(file);
    this.contents.set(file, contents);
    const { hash } = await contents;
    return sha256(JSON.stringify([hash, path.extname(file), start, end, track, channel]));
  }

  /** Whether a recording is what it was when its key was made: what is decoded of another must not lie under that. */
  private async isSame(file: string): Promise<boolean> {
    const [before, now] = await Promise.all([this.contents.get(file), stat(file).catch(() => undefined)]);
    return before?.bytes === now?.size && before?.modified === now?.mtimeMs;
  }

  private async write(place: string, samples: KeptSamples): Promise<void> {
    const parts = encodeSamples(samples);
    await makeRoom(
      place,
      parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
    );
    await writeAtomic(place, parts);
  }

  private async place(file: string, part: Part): Promise<string> {
    return this.placeOf(await this.key(file, part));
  }
}

interface Contents {
  hash: string;
  bytes: number;
  modified: number;
}

async function contentsOf(file: string): Promise<Contents> {
  await sizeOfFile(file);
  const { size, mtimeMs } = await stat(file);
  return { hash: await sha256File(file), bytes: size, modified: mtimeMs };
}

const changed = (file: string): InputError =>
  new InputError('it was changed while it was read', 'Run the same command again when it is whole.', { file });

async function headOf(file: string, bytes: number): Promise<Buffer | undefined> {
  const handle = await open(file).catch(() => undefined);
  return handle && bytesAt(handle, 0, bytes).finally(() => handle.close());
}
