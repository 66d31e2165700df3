import { SAMPLE_RATE } from '../audio/format.ts';
import { standardise } from '../audio/standardise.ts';
import { prefetch } from '../support/prefetch.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import { FRAME_SAMPLES, frameCount } from './own/architecture.ts';
import type { FrozenEncoder } from './frozen-encoder.ts';
import type { FeatureCache, FeatureKey } from './feature-cache.ts';
import type { Recording } from './features.ts';

/** Whisper was trained on windows of 30 s. */
const WINDOW = 30 * SAMPLE_RATE;
/** Of silence between recordings. */
const PAUSE = SAMPLE_RATE;

/** Where features lie that were computed in windows. */
export const packedKey = (audio: string, encoder: FrozenEncoder, layer: number): FeatureKey => ({
  audio,
  encoder: `${encoder.hash} in windows`,
  layers: [layer],
});

/**
 * Computes one layer's features as an encoder gives them that hears windows of 30 s: recordings in order, all equally
 * loud, with a second of silence between, as many as there is room for. Those that are cached already are left out.
 */
export async function computePacked(
  encoder: FrozenEncoder,
  layer: number,
  recordings: readonly Recording[],
  cache: FeatureCache,
  { progress = silent, signal }: JobOptions = {},
): Promise<void> {
  const find = ({ key }: Recording) => cache.find(packedKey(key, encoder, layer));
  const missing: Recording[] = [];
  for await (const { item, result } of prefetch(recordings, 4, find)) if (result !== 'sound') missing.push(item);
  const windows = pack(missing);
  const task = progress('teacher', windows.length, 'windows');
  for (const { recordings: inside, firsts } of windows) {
    signal?.throwIfAborted();
    const features = await encodeWindow(encoder, layer, inside, firsts);
    await Promise.all(inside.map(({ key }, i) => cache.write(packedKey(key, encoder, layer), features[i]!)));
    task.advance();
  }
  task.done();
}

/** [frames, dims] of each recording in a window. */
export async function encodeWindow(
  encoder: FrozenEncoder,
  layer: number,
  recordings: readonly Pick<Recording, 'read' | 'samples'>[],
  firsts: readonly number[],
): Promise<Float32Array[]> {
  const last = recordings.length - 1;
  const sound = new Float32Array(Math.max(WINDOW, firsts[last]! * FRAME_SAMPLES + recordings[last]!.samples));
  for (const [i, { read }] of recordings.entries())
    standardise(await read(), sound.subarray(firsts[i]! * FRAME_SAMPLES));
  const [hidden] = (await encoder.run([sound], [layer])).layers as [Float32Array];
  return recordings.map(({ samples }, i) =>
    hidden.slice(firsts[i]! * encoder.dims, (firsts[i]! + frameCount(samples)) * encoder.dims),
  );
}

/** Recordings side by side in windows; one that is longer than a window has one to itself. */
export function pack<R extends { samples: number }>(recordings: readonly R[]): { recordings: R[]; firsts: number[] }[] {
  const windows: { recordings: R[]; firsts: number[] }[] = [];
  let end = Infinity;
  for (const recording of recordings) {
    if (end + recording.samples > WINDOW) {
      windows.push({ recordings: [], firsts: [] });
      end = 0;
    }
    const window = windows.at(-1)!;
    const first = Math.ceil(end / FRAME_SAMPLES);
    window.recordings.push(recording);
    window.firsts.push(first);
    end = first * FRAME_SAMPLES + recording.samples + PAUSE;
  }
  return windows;
}
