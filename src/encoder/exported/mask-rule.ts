import type { Observed } from '../../onnx/runtime/probe.ts';
import type { Sizes } from './sizes.ts';
import { numbers } from './observed.ts';

/** What a value is on frames of sound and on padding, in rows of which so many belong to a recording. */
export interface MaskRule {
  sound: number;
  padding: number;
  rows: number;
}

/** Whether a value [rows · batch, …, frames] says nothing but which frames are sound. */
export function maskRule(seen: Observed, sizes: Sizes): MaskRule | undefined {
  const rank = seen.dims[0]!.length;
  const rows = seen.dims[0]![0]! / sizes.batches[0]!;
  if (rank < 2 || rank > 4 || !Number.isInteger(rows) || (rank !== 3 && rows !== 1)) return undefined;
  // The first recording's first frame is sound, its last is padding.
  const sound = numbers(seen, 0)[0]!;
  const padding = numbers(seen, 0)[sizes.frames[0]! - 1]!;
  const fits = seen.data.every((_, run) => {
    const frames = sizes.frames[run]!;
    const dims = seen.dims[run]!;
    const each = dims.slice(1).reduce((a, d) => a * d, 1) * rows;
    const mask = sizes.masks[run]!;
    return (
      dims[0] === rows * sizes.batches[run]! &&
      dims.at(-1) === frames &&
      numbers(seen, run).every((x, i) => x === (mask[Math.floor(i / each) * frames + (i % frames)] ? sound : padding))
    );
  });
  return fits ? { sound, padding, rows } : undefined;
}
