import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { ownerTag } from '../support/leftovers.ts';
import { InputError } from '../support/errors.ts';
import { judge } from './damage.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { floatsOf, SAMPLE_RATE } from './format.ts';
import { checkFinite } from './samples.ts';
import { openSource, type Source } from './source.ts';
import { sizeOfFile } from './regular-file.ts';

/** What one process takes at most: bytes as they are stored, and seconds of each recording. */
const GROUP = { recordings: 32, bytes: 4_000_000, seconds: 120 };
/** Seconds that a group may take. */
const LONGEST_WAIT = 300;

/**
 * Puts short recordings together, so that ffmpeg has to start once for a group of them: starting takes ten times as
 * long as decoding a few seconds. What is long, damaged, unusual or not there is in none, nor what is read without
 * ffmpeg.
 */
export async function groupShort(files: readonly string[]): Promise<Source[][]> {
  const groups: Source[][] = [];
  let bytes = Infinity;
  for (const file of files) {
    const size = await sizeOfFile(file).catch(() => Infinity);
    if (size > GROUP.bytes / 4) continue;
    const source = await openSource(file).catch(() => undefined);
    if (!source || !isSimple(source)) continue;
    if (bytes + size > GROUP.bytes || groups.at(-1)!.length === GROUP.recordings) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(source);
    bytes += size;
  }
  return groups;
}

const isSimple = ({ single, plain, notes, seconds }: Source): boolean =>
  single && !plain && notes.length === 0 && (seconds ?? 0) < GROUP.seconds;

/**
 * Decodes a group in one process.
 * @param folder where there is room for what ffmpeg writes
 * @returns 16 kHz mono samples in the group's order; nothing when there is anything to say against one of them: decoded
 * by itself, it will tell what
 * @throws the signal's reason when it is aborted
 */
export async function decodeMany(
  group: readonly Source[],
  folder: string,
  signal?: AbortSignal,
): Promise<Float32Array<ArrayBuffer>[] | undefined> {
  const into = path.join(folder, `.decoding-${ownerTag()}`);
  await mkdir(into, { recursive: true });
  try {
    const targets = group.map((_, i) => path.join(into, `${i}.f32`));
    const { failed, said } = await runFfmpeg(
      group.map(({ input }) => input),
      group.map(({ output }, i) => ({ target: targets[i]!, options: ofInput(i, output) })),
      { signal, seconds: LONGEST_WAIT },
    );
    if (failed) return undefined;
    const decoded = await Promise.all(targets.map(async (target) => floatsOf(await readFile(target))));
    return decoded.every((samples, i) => isSound(group[i]!, samples, said)) ? decoded : undefined;
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** Whose `-map 0:…` is that of another input; no longer than a group's recordings may be. */
const ofInput = (input: number, [map, track, ...rest]: readonly string[]): string[] => [
  ...[map!, track!.replace(/^0:/, `${input}:`)],
  ...['-t', String(GROUP.seconds)],
  ...rest,
];

function isSound(source: Source, samples: Float32Array, said: readonly string[]): boolean {
  try {
    checkFinite(source.file, samples);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
  return (
    samples.length < GROUP.seconds * SAMPLE_RATE && !judge(source, { failed: false, said, samples: samples.length })
  );
}
