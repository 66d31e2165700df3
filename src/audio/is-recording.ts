import { open } from 'node:fs/promises';
import path from 'node:path';
import { bytesAt } from './bytes-at.ts';
import { probe } from './probe.ts';

/** Endings that are believed without a look inside: what a folder of recordings mostly holds. */
const USUAL = new Set(
  (
    'wav mp3 flac ogg oga opus m4a m4b aac g722 wma aif aiff aifc amr au snd caf 3gp 3ga w64 rf64 sph mka ' +
    'webm mp4 mkv mov avi mts mpg'
  ).split(' '),
);

/**
 * Whether a file is a recording, or a video with sound, whatever its name ends in: ffprobe looks into what has no usual
 * ending and is no text.
 */
export async function isRecording(file: string, signal?: AbortSignal): Promise<boolean> {
  if (hasUsualEnding(file)) return true;
  if (await isText(file).catch(() => true)) return false;
  // Where there is no ffprobe, endings have to do.
  const probed = await probe(file, signal).catch(() => undefined);
  signal?.throwIfAborted();
  return probed !== undefined && probed.tracks.length > 0;
}

export const hasUsualEnding = (file: string): boolean => USUAL.has(path.extname(file).slice(1).toLowerCase());

/** No recording begins with a thousand bytes without a control character. */
async function isText(file: string): Promise<boolean> {
  const handle = await open(file);
  const head = await bytesAt(handle, 0, 1024).finally(() => handle.close());
  return head.every((byte) => byte >= 32 || (byte >= 8 && byte <= 13) || byte === 27);
}
