import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Redis } from 'ioredis';
import { InputError } from '../../support/errors.ts';
import { readError, sha256 } from '../../support/files.ts';
import { Room } from './room.ts';
import type { Unit } from './units.ts';

/** Of each recording of a unit: hashes of its pieces, which are what they are found by on the server. */
export type Pieces = string[][];

/** Bytes of recordings that a batch has on the server at one time. */
const MOST_BYTES = 256 << 20;
/** Of a recording under one key. */
const PIECE = 4 << 20;
/** Seconds after which what a killed batch has left there is gone. */
const KEPT = 24 * 3600;

const soundKey = (piece: string): string => `isogloss-sound:${piece}`;
/** The units that a piece is there for: it goes with the last of them. */
const usersKey = (piece: string): string => `isogloss-sound-for:${piece}`;

/** The same piece may be wanted by another batch at this very moment. */
const DROP = `
  for i = 1, #KEYS, 2 do
    redis.call('SREM', KEYS[i + 1], ARGV[1])
    if redis.call('SCARD', KEYS[i + 1]) == 0 then redis.call('UNLINK', KEYS[i]) end
  end`;

/** Recordings of a batch on the server, for workers that don't see their files. What lies there already is not sent. */
export class SentSound {
  private readonly room = new Room(MOST_BYTES);
  private readonly sent = new Map<string, Pieces>();
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
  async put({ id, jobs }: Unit): Promise<Pieces> {
    const all: Pieces = [];
    this.sent.set(id, all);
    for (const { recording } of jobs) {
      const pieces: string[] = [];
      all.push(pieces);
      try {
        for await (const bytes of createReadStream(recording, { highWaterMark: PIECE })) {
          const piece = sha256(bytes as Buffer);
          pieces.push(piece);
          await this.putPiece(id, piece, bytes as Buffer);
        }
      } catch (error) {
        throw readError(recording, error);
      }
    }
    return all;
  }

  /** Takes back what is there of all units. */
  async dropAll(): Promise<void> {
    for (const id of [...this.sent.keys()]) await this.drop(id);
  }

  private async putPiece(unit: string, piece: string, bytes: Buffer): Promise<void> {
    await this.client.multi().sadd(usersKey(piece), unit).expire(usersKey(piece), KEPT).exec();
    const isThere = await this.client.expire(soundKey(piece), KEPT);
    if (isThere === 0) await this.client.set(soundKey(piece), bytes, 'EX', KEPT);
  }

  private async drop(unit: string): Promise<void> {
    const pieces = [...new Set((this.sent.get(unit) ?? []).flat())];
    this.sent.delete(unit);
    const keys = pieces.flatMap((piece) => [soundKey(piece), usersKey(piece)]);
    if (keys.length > 0) await this.client.eval(DROP, keys.length, ...keys, unit);
  }
}

/**
 * Has files of a unit's recordings here as long as some work takes.
 * @throws Error when they are no longer on the server
 */
export async function withSentSound<T>(
  client: Redis,
  recordings: readonly string[],
  sent: Pieces,
  work: (files: string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'isogloss-sent-'));
  try {
    const files: string[] = [];
    for (const [i, recording] of recordings.entries()) {
      const file = path.join(folder, `${i}${path.extname(recording)}`);
      const writer = await open(file, 'w');
      try {
        for (const piece of sent[i]!) {
          const bytes = await client.getBuffer(soundKey(piece));
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
