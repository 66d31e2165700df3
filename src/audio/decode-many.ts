import { execa } from 'execa';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { looksTruncated } from './decode.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { floatsOf, formatByName, SAMPLE_RATE } from './format.ts';
import { oggIsCutOff } from './ogg.ts';
import { isPlainWav } from './wav.ts';

/** A recording, or a stretch of one, in seconds. */
export interface Stretch {
  file: string;
  start?: number | undefined;
  end?: number | undefined;
}

/** What one process takes at most: bytes as they are stored, and a stretch as if it were a WAV. */
const GROUP = { stretches: 32, bytes: 4_000_000 };

/**
 * Puts short stretches together, so that ffmpeg has to start once for a group of them: starting takes ten times as long as decoding a
 * few seconds. What is long, damaged or not there is in none, nor what is read without ffmpeg.
 */
export async function groupShort(stretches: readonly Stretch[]): Promise<Stretch[][]> {
  const groups: Stretch[][] = [];
  let bytes = Infinity;
  for (const stretch of stretches) {
    const size = await sizeOf(stretch);
    if (size === undefined || size > GROUP.bytes / 4) continue;
    if (bytes + size > GROUP.bytes || groups.at(-1)!.length === GROUP.stretches) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(stretch);
    bytes += size;
  }
  return groups;
}

/** @returns undefined where the file should be looked at by itself */
async function sizeOf({ file, start, end }: Stretch): Promise<number | undefined> {
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile() || info.size === 0) return undefined;
  if (await oggIsCutOff(file)) return undefined;
  if (start === undefined && end === undefined)
    return (await isPlainWav(file).catch(() => false)) ? undefined : info.size;
  return end === undefined ? undefined : (end - (start ?? 0)) * SAMPLE_RATE * 2;
}

/**
 * Decodes a group in one process.
 * @param folder where there is room for what ffmpeg writes
 * @returns 16 kHz mono samples in the group's order; nothing when ffmpeg has anything to say against one of them: decoded by itself, it
 * will tell what
 */
export async function decodeMany(group: readonly Stretch[], folder: string): Promise<Float32Array[] | undefined> {
  const into = await mkdtemp(path.join(folder, '.decoding-'));
  try {
    const outputs = group.map((_, i) => path.join(into, `${i}.f32`));
    const inputs = group.flatMap(({ file, start }) => {
      const format = formatByName(file);
      return [
        ...(format ? ['-f', format] : []),
        '-vn',
        ...(start === undefined ? [] : ['-ss', String(start)]),
        '-i',
        file,
      ];
    });
    const written = group.flatMap(({ start, end }, i) => [
      '-map',
      `${i}:a:0`,
      ...(end === undefined ? [] : ['-t', String(end - (start ?? 0))]),
      '-ac',
      '1',
      '-ar',
      String(SAMPLE_RATE),
      '-c:a',
      'pcm_f32le',
      '-f',
      'f32le',
      outputs[i]!,
    ]);
    const { failed, stderr } = await execa(
      await findFfmpeg(),
      ['-xerror', '-nostdin', '-hide_banner', '-loglevel', 'warning', ...inputs, ...written],
      { reject: false, stdin: 'ignore' },
    );
    if (failed || stderr.split('\n').some(looksTruncated)) return undefined;
    const decoded = await Promise.all(outputs.map(async (output) => floatsOf(await readFile(output))));
    return decoded.every((samples) => samples.length > 0) ? decoded : undefined;
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}
