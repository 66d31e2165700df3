import { cpus } from 'node:os';
import { ffmpegVersion } from '../audio/ffmpeg-version.ts';
import { machine } from '../onnx/runtime/machine.ts';
import { codeHash } from '../support/code-hash.ts';
import { versions } from '../support/versions.ts';

/** What a run's figures depend on besides its inputs. Locks of earlier versions don't have all of it. */
export interface Environment {
  isogloss: string;
  /** Hash of isogloss's own code. */
  code: string;
  onnxruntime: string;
  node: string;
  ffmpeg: string;
  platform: string;
  /** The model of the processor: kernels are chosen by it. */
  cpu: string;
  device: string;
  threads: number;
}

export async function environment(): Promise<Environment> {
  const { device, threads } = await machine();
  return {
    ...versions(),
    code: await codeHash(),
    ffmpeg: await ffmpegVersion(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    device,
    threads,
  };
}

/** One thing that is not as it was. */
export interface EnvironmentChange {
  what: keyof Environment;
  /** Absent where the lock doesn't say. */
  before?: string | number;
  now: string | number;
}

/** What is not as a lock has it, or is not known to be. */
export function environmentChanges(before: Partial<Environment>, now: Environment): EnvironmentChange[] {
  return (Object.keys(now) as (keyof Environment)[])
    .filter((what) => before[what] !== now[what])
    .map((what) => ({ what, ...(before[what] === undefined ? {} : { before: before[what] }), now: now[what] }));
}
