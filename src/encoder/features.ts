import { randomUUID } from 'node:crypto';
import { mayFail } from '../support/may-fail.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import { prefetch } from '../support/prefetch.ts';
import { makeBatches, type Batch } from '../support/batches.ts';
import { Random } from '../support/random.ts';
import { frameCount } from './own/architecture.ts';
import { encode } from './chunks.ts';
import type { FrozenEncoder, Hidden } from './frozen-encoder.ts';
import type { FeatureCache, FeatureKey } from './feature-cache.ts';

/** A recording whose features are wanted. */
export interface Recording {
  /** Content hash of the audio. */
  key: string;
  samples: number;
  read: () => Promise<Float32Array>;
}

export interface FeatureReport {
  /** Of computing, without what was cached. */
  seconds: number;
  secondsOfAudio: number;
  /** Seconds of work a second of audio; absent when all was cached. */
  realTimeFactor?: number;
  cached: number;
  computed: number;
  /** Of these, how many were cached and no longer as they had been written. */
  damaged: number;
}

/** Frames a batch may hold: enough to fill the processors, little enough to stay in their caches. */
const BATCH_FRAMES = 2000;

/**
 * Computes the features of recordings that are not cached yet, batched by length. The next batches are read from disk
 * while the encoder works on this one, and results are written while it works on the next; at most a few are in memory.
 * Processes that need the same features at the same time share the work by their common cache: each has an order of its
 * own, and leaves out what another has done by then.
 */
export async function computeFeatures(
  encoder: FrozenEncoder,
  layers: readonly number[],
  recordings: readonly Recording[],
  cache: FeatureCache,
  { progress = silent, signal }: JobOptions = {},
): Promise<FeatureReport> {
  const keyOf = (recording: Recording): FeatureKey => ({ audio: recording.key, encoder: encoder.hash, layers });
  const missing: Recording[] = [];
  let damaged = 0;
  for await (const { item, result } of prefetch(recordings, 4, (recording) => cache.find(keyOf(recording)))) {
    if (result !== 'sound') missing.push(item);
    if (result === 'damaged') damaged++;
  }
  const of = ({ examples }: Batch): Recording[] => examples.map((i) => missing[i]!);
  const isDone = async (batch: Batch): Promise<boolean> => {
    const states = await Promise.all(of(batch).map((recording) => cache.find(keyOf(recording))));
    return states.every((state) => state === 'sound');
  };
  const load = async (batch: Batch): Promise<Float32Array[]> =>
    (await isDone(batch)) ? [] : Promise.all(of(batch).map((recording) => recording.read()));
  const task = progress('features', Math.round(secondsOf(missing)), 's of audio');
  const startedAt = performance.now();
  const batches = inAnOrderOfItsOwn(
    makeBatches(
      missing.map((r) => frameCount(r.samples)),
      BATCH_FRAMES,
    ),
  );
  const computed: Recording[] = [];
  let writing: Promise<unknown> = Promise.resolve();
  for await (const { item: batch, result: audio } of prefetch(batches, 2, load)) {
    signal?.throwIfAborted();
    task.advance(Math.round(secondsOf(of(batch))));
    if (audio.length === 0 || (await isDone(batch))) continue;
    const hidden = await encode(encoder, audio, layers, batch.frames);
    await writing;
    // Awaited with the next batch or after the last; until then a full disk must not end the process.
    writing = mayFail(
      Promise.all(of(batch).map((recording, row) => cache.write(keyOf(recording), rowOf(hidden, row, encoder.dims)))),
    );
    computed.push(...of(batch));
  }
  await writing;
  task.done();
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    seconds,
    secondsOfAudio: secondsOf(recordings),
    cached: recordings.length - computed.length,
    computed: computed.length,
    damaged,
    ...(computed.length > 0 ? { realTimeFactor: seconds / secondsOf(computed) } : {}),
  };
}

const secondsOf = (list: readonly Recording[]): number => list.reduce((sum, r) => sum + r.samples / 16000, 0);

/** Batches of one length stay together: each new one costs the engine an allocation. */
function inAnOrderOfItsOwn(batches: Batch[]): Batch[] {
  const random = new Random(randomUUID());
  const lengths = random.shuffle([...new Set(batches.map(({ frames }) => frames))]);
  return lengths.flatMap((length) => random.shuffle(batches.filter(({ frames }) => frames === length)));
}

/** One row's valid frames of all layers, interleaved: [frames, layers, dims]. */
export function rowOf(hidden: Hidden, row: number, dims: number): Float32Array {
  const count = hidden.frameCounts[row]!;
  const layers = hidden.layers.length;
  const result = new Float32Array(count * layers * dims);
  hidden.layers.forEach((layer, l) => {
    for (let t = 0; t < count; t++) {
      const from = (row * hidden.frames + t) * dims;
      result.set(layer.subarray(from, from + dims), (t * layers + l) * dims);
    }
  });
  return result;
}
