import { createHash } from 'node:crypto';
import type { Sound } from '../../audio/source.ts';
import type { SetAside } from '../../support/errors.ts';
import type { Transcript } from '../transcribe.ts';
import type { Pieces } from './sent-sound.ts';

/** What a worker is asked for: one recording, or some short ones. */
export interface QueuedUnit {
  /** Paths that all machines know. */
  recordings: string[];
  sound: Sound;
  /** By what the recordings' bytes are found on the server, too. */
  sent?: Pieces;
}

/** What it answers, in the same order: what could not be read is an answer too, and is not tried again. */
export type QueuedResult = (Transcript | SetAside)[];

/** Jobs of one model and one choice of sound lie in a queue of their own: who has that model takes them. */
export const queueName = (by: string): string => `isogloss-${by}`;

/** Which model, and which sound of recordings: what a queue is called, and what a journal knows done work by. */
export const soundBy = (model: string, { track, channel }: Sound): string =>
  createHash('sha256')
    .update(JSON.stringify([model, track ?? null, channel ?? null]))
    .digest('hex')
    .slice(0, 16);
