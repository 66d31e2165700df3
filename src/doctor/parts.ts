import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { findFfmpeg } from '../audio/find-ffmpeg.ts';
import { embeddedFile } from '../encoder/own/embedded.ts';
import { usableCores } from '../support/processors.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import { IsoglossError } from '../support/errors.ts';
import { versions } from '../support/versions.ts';
import type { MachineFinding } from './finding.ts';

const GIB = 1024 ** 3;

/** Looks at everything that isogloss needs. */
export async function examineParts(): Promise<MachineFinding[]> {
  return [
    nodeVersion(),
    await ffmpegVersion(),
    runtime(),
    embeddedEncoder(),
    processors(),
    memory(),
    await disk(),
    await cacheSize(),
  ];
}

function nodeVersion(): MachineFinding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const enough = major > 20 || (major === 20 && minor >= 19);
  return enough
    ? { state: 'good', what: 'Node.js', value: process.version }
    : { state: 'missing', what: 'Node.js', value: process.version, next: 'Install Node.js 20.19 or newer.' };
}

async function ffmpegVersion(): Promise<MachineFinding> {
  try {
    const file = await findFfmpeg();
    const { stdout } = await execa(file, ['-version']);
    return {
      state: 'good',
      what: 'ffmpeg',
      value: `${/version (\S+)/.exec(stdout)?.[1] ?? 'unknown version'} (${file})`,
    };
  } catch (error) {
    const next = error instanceof IsoglossError ? error.next : 'Reinstall it.';
    return { state: 'missing', what: 'ffmpeg', value: error instanceof Error ? error.message : String(error), next };
  }
}

function runtime(): MachineFinding {
  return { state: 'good', what: 'ONNX Runtime', value: versions().onnxruntime };
}

function embeddedEncoder(): MachineFinding {
  const file = embeddedFile('embedded');
  return existsSync(file)
    ? { state: 'good', what: 'embedded encoder', value: file }
    : {
        state: 'missing',
        what: 'embedded encoder',
        value: `${file} is not there`,
        next: 'Reinstall isogloss: the file belongs to the package.',
      };
}

function processors(): MachineFinding {
  const cores = usableCores();
  const make = cpus()[0]?.model.trim() ?? 'of unknown make';
  return {
    state: 'note',
    what: 'threads',
    value: `${cores}, a core each; ${availableParallelism()} processors, ${make}`,
  };
}

function memory(): MachineFinding {
  // A container's limit, where there is one; without one, a number beyond all memory or 0.
  const limit = process.constrainedMemory();
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  const value =
    `${(process.availableMemory() / GIB).toFixed(1)} of ${(total / GIB).toFixed(1)} GiB ` +
    `free${total === limit ? ' (the limit of this container)' : ''}`;
  return total >= 2 * GIB
    ? { state: 'good', what: 'memory', value }
    : { state: 'note', what: 'memory', value, next: 'Training wants 2 GiB: keep training.batch_seconds small.' };
}

async function disk(): Promise<MachineFinding> {
  const { bavail, bsize } = await statfs('.');
  const free = (bavail * bsize) / GIB;
  const value = `${free.toFixed(1)} GiB free here`;
  return free >= 2
    ? { state: 'good', what: 'disk', value }
    : { state: 'note', what: 'disk', value, next: 'An hour of speech takes about 1 GiB of cache and runs.' };
}

async function cacheSize(): Promise<MachineFinding> {
  const folder = cacheFolder();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((e) => e.isFile())
      .map((e) =>
        stat(path.join(e.parentPath, e.name)).then(
          (s) => s.size,
          () => 0,
        ),
      ),
  );
  return {
    state: 'note',
    what: 'cache',
    value: `${(sizes.reduce((a, b) => a + b, 0) / GIB).toFixed(2)} GiB in ${folder} (safe to delete)`,
  };
}
