import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Redis } from 'ioredis';
import { InputError } from '../../support/errors.ts';
import { readError } from '../../support/files.ts';
import { Room } from './room.ts';
import type { Unit } from './units.ts';

/** How many keys on the server each recording of a unit takes. */
export type Chunks = number[];

/** Bytes of recordings that a batch has on the server at one time. */
const MOST_BYTES = 256 << 20;
/** Of a recording under one key. */
const CHUNK = 4 << 20;
/** Seconds after which what a killed batch has left there is gone. */
const KEPT = 24 * 3600;

const keyOf = (unit: string, recording: number, chunk: number): string =>
  `isogloss-sound:${unit}:${recording}:${chunk}`;

/** Recordings of a batch on the server, for workers that don't see their files. */
export class SentSound {
  private readonly room = new Room(MOST_BYTES);
  private readonly sent = new Map<string, Chunks>();
  private readonly client: Redis;

  constructor(client: Redis) {
    this.client = client;
  }

  /** Waits until there is room for a unit, and keeps that as long as some work takes. */
  async withRoom<T>({ id, jobs }: Unit, work: () => Promise<T>): Promise<T> {
    const bytes = jobs.reduce((sum, { input }) => sum + input.bytes, 0);
    if (bytes > MOST_BYTES)
      throw new InputError(
        `it has more than the ${MOST_BYTES >> 20} MB that can be sent`,
        'Let its folder lie at the same path on all machines, and leave --send out.',
        { file: jobs[0]!.recording },
      );
    await this.room.take(bytes);
    try {
      return await work();
    } finally {
      await this.drop(id).catch(() => {});
      this.room.give(bytes);
    }
  }

  /** @throws InputError when a recording can't be read */
  async put({ id, jobs }: Unit): Promise<Chunks> {
    const chunks: Chunks = [];
    for (const [i, { recording }] of jobs.entries()) {
      let chunk = 0;
      try {
        for await (const bytes of createReadStream(recording, { highWaterMark: CHUNK }))
          await this.client.set(keyOf(id, i, chunk++), bytes as Buffer, 'EX', KEPT);
      } catch (error) {
        throw readError(recording, error);
      }
      chunks.push(chunk);
    }
    this.sent.set(id, chunks);
    return chunks;
  }

  /** Takes back what is there of all units. */
  async dropAll(): Promise<void> {
    for (const id of [...this.sent.keys()]) await this.drop(id);
  }

  private async drop(unit: string): Promise<void> {
    const chunks = this.sent.get(unit) ?? [];
    this.sent.delete(unit);
    const keys = chunks.flatMap((count, i) => Array.from({ length: count }, (_, chunk) => keyOf(unit, i, chunk)));
    if (keys.length > 0) await this.client.unlink(...keys);
  }
}

/**
 * Has files of a unit's recordings here as long as some work takes.
 * @throws Error when they are no longer on the server
 */
export async function withSentSound<T>(
  client: Redis,
  unit: string,
  recordings: readonly string[],
  chunks: Chunks,
  work: (files: string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'isogloss-sent-'));
  try {
    const files: string[] = [];
    for (const [i, recording] of recordings.entries()) {
      const file = path.join(folder, `${i}${path.extname(recording)}`);
      const writer = await open(file, 'w');
      try {
        for (let chunk = 0; chunk < chunks[i]!; chunk++) {
          const bytes = await client.getBuffer(keyOf(unit, i, chunk));
          if (!bytes) throw new Error(`${recording} is no longer on the server`);
          await writer.writeFile(bytes);
        }
      } finally {
        await writer.close();
      }
      files.push(file);
    }
    return await work(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
