import { frameCount } from './own/architecture.ts';
import type { Hidden } from './frozen-encoder.ts';

/**
 * Runs recordings one by one where they would change each other side by side, and puts their hidden layers together as
 * a batch.
 * @param frames to pad to; the longest recording's by default
 * @param run gives each layer of one recording, [frames, dims] at least
 */
export async function oneByOne(
  recordings: readonly Float32Array[],
  { layers, dims, frames }: { layers: number; dims: number; frames?: number | undefined },
  run: (recording: Float32Array) => Promise<readonly Float32Array[]>,
): Promise<Hidden> {
  const frameCounts = Int32Array.from(recordings, (recording) => frameCount(recording.length));
  const padded = frames ?? Math.max(1, ...frameCounts);
  const result = Array.from({ length: layers }, () => new Float32Array(recordings.length * padded * dims));
  for (const [row, recording] of recordings.entries()) {
    const one = await run(recording);
    one.forEach((layer, l) => result[l]!.set(layer.subarray(0, frameCounts[row]! * dims), row * padded * dims));
  }
  return { layers: result, frames: padded, frameCounts };
}
