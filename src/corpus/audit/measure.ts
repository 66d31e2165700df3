import path from 'node:path';
import { AudioCache } from '../../audio/cache.ts';
import { SAMPLE_RATE } from '../../audio/format.ts';
import { measureQuality, type Quality } from '../../audio/quality.ts';
import type { Stretch } from '../../audio/stretches.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import { InputError } from '../../support/errors.ts';
import { sha256 } from '../../support/files.ts';
import { prefetch } from '../../support/prefetch.ts';
import { silent, type JobOptions } from '../../support/progress.ts';
import { byRecording } from '../by-recording.ts';
import { audioPath } from '../manifest.ts';
import { RecordingEnds } from '../stretch.ts';
import type { Utterance } from '../utterance.ts';
import { findingOn, type Finding, type Listed } from './finding.ts';

/** What an utterance's sound is like. */
export interface Measured extends Listed {
  quality: Quality;
  /** Letters a second of speech. */
  pace: number;
  /** Of the samples: two that have the same are the same sound. */
  hash: string;
}

/** Utterances that are decoded together, and more where more are of one recording. */
const TOGETHER = 64;

/** Decodes and measures every utterance; what can't be used is an error among the findings. */
export async function measureUtterances(
  folder: string,
  listed: readonly Listed[],
  { progress = silent, signal }: JobOptions = {},
): Promise<{ measured: Measured[]; findings: Finding[] }> {
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const ends = new RecordingEnds();
  const findings: Finding[] = [];
  const measured: Measured[] = [];
  const task = progress('audit', listed.length, 'utterances');
  const read = async ({ utterance }: Listed): Promise<{ samples: Float32Array; notes: string[] } | InputError> => {
    signal?.throwIfAborted();
    try {
      const file = audioPath(folder, utterance);
      const beyond = await ends.before(file, utterance);
      if (beyond) return beyond;
      const sound = await cache.readWithNotes(file, utterance);
      return ends.after(file, utterance, sound.samples.length / SAMPLE_RATE) ?? sound;
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    }
  };
  for (const group of byRecording(listed, ({ utterance }) => utterance.audio, TOGETHER)) {
    await cache.fill(
      group.flatMap(({ utterance }) => stretchOf(folder, utterance)),
      signal,
    );
    for await (const { item, result } of prefetch(group, 4, read)) {
      task.advance();
      if (result instanceof InputError)
        findings.push(findingOn(item, 'error', `${item.utterance.audio}: ${result.message}`));
      else {
        measured.push(measure(item, result.samples));
        for (const what of result.notes) findings.push(findingOn(item, 'warning', what));
      }
    }
  }
  task.done();
  return { measured, findings };
}

function measure(item: Listed, samples: Float32Array): Measured {
  const quality = measureQuality(samples);
  const spoken = Math.max(0.02, quality.duration * (1 - quality.silenceShare));
  const hash = sha256(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  return { ...item, quality, pace: lettersOf(item.utterance.text) / spoken, hash };
}

export const lettersOf = (text: string): number => text.match(/\p{L}/gu)?.length ?? 0;

/** None for one that lies elsewhere: reading it says so. */
function stretchOf(folder: string, utterance: Utterance): Stretch[] {
  const { start, end, track, channel } = utterance;
  try {
    return [{ file: audioPath(folder, utterance), start, end, track, channel }];
  } catch {
    return [];
  }
}
