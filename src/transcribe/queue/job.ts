import type { Sound } from '../../audio/source.ts';
import type { SetAside } from '../../support/errors.ts';
import type { Transcript } from '../transcribe.ts';
import type { Chunks } from './sent-sound.ts';

/** What a worker is asked for: one recording, or some short ones. */
export interface QueuedUnit {
  /** Paths that all machines know. */
  recordings: string[];
  sound: Sound;
  /** Where the recordings' bytes lie on the server, too. */
  sent?: Chunks;
}

/** What it answers, in the same order: what could not be read is an answer too, and is not tried again. */
export type QueuedResult = (Transcript | SetAside)[];
