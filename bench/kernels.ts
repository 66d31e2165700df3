import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** The operators that do a network's arithmetic; all others only move and combine numbers. */
const ARITHMETIC = new Set(['MatMul', 'FusedMatMul', 'Gemm', 'FusedGemm', 'Conv', 'FusedConv', 'ConvTranspose']);

interface ProfileEvent {
  cat: string;
  name: string;
  ts: number;
  /** Microseconds. */
  dur: number;
  args: { op_name?: string };
}

/**
 * Milliseconds a step that ONNX Runtime spends inside matrix products and convolutions, by its own profile.
 * @param work makes steps of sessions that write their profile under the prefix it is given, and releases them
 */
export async function arithmeticMilliseconds(work: (profile: string) => Promise<unknown>): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'isogloss-profile-'));
  try {
    await work(path.join(folder, 'profile'));
    const files = await readdir(folder);
    const profiles = await Promise.all(
      files.map(async (file) => JSON.parse(await readFile(path.join(folder, file), 'utf8')) as ProfileEvent[]),
    );
    return profiles.reduce((sum, events) => sum + quartileOfRuns(events), 0);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the arithmetic of a quarter of a session's runs stays below: see `lowerQuartile`. */
function quartileOfRuns(events: readonly ProfileEvent[]): number {
  const runs = events.filter(({ name }) => name === 'model_run');
  const totals = runs.map(({ ts, dur }) => {
    const inside = events.filter(
      (e) => e.cat === 'Node' && e.name.endsWith('_kernel_time') && e.ts >= ts && e.ts <= ts + dur,
    );
    return inside.reduce((sum, e) => sum + (ARITHMETIC.has(e.args.op_name!) ? e.dur : 0), 0);
  });
  return (totals.sort((a, b) => a - b)[totals.length >> 2] ?? 0) / 1000;
}
