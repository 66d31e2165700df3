import type { Sound } from '../../audio/source.ts';
import type { SetAside } from '../../support/errors.ts';
import type { Transcript } from '../transcribe.ts';

/** What a worker is asked for. */
export interface QueuedRecording {
  /** A path that all machines know. */
  recording: string;
  sound: Sound;
}

/** What it answers: what could not be read is an answer too, and is not tried again. */
export type QueuedResult = Transcript | SetAside;
