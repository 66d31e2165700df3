import { open } from 'node:fs/promises';
import { readFlacInfo } from './flac.ts';
import { formatByName } from './format.ts';
import { readOggPages } from './ogg.ts';
import { probe } from './probe.ts';
import { openSource, type Sound } from './source.ts';
import { readWavHeader } from './wav-header.ts';

/** G.722 is 64 kbit/s: this many bytes a second, whatever the recording. */
const G722_BYTES_PER_SECOND = 8000;

/**
 * Seconds in a WAV, FLAC, Ogg or G.722 recording by what its header says; undefined for a format that it doesn't know.
 */
export async function durationOf(file: string): Promise<number | undefined> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (formatByName(file) === 'g722') return size / G722_BYTES_PER_SECOND;
    const wav = await readWavHeader(handle, size);
    if (wav) return wav.bytesPerSecond > 0 ? wav.there / wav.bytesPerSecond : undefined;
    const flac = await readFlacInfo(handle);
    return flac ? flac.seconds : (await readOggPages(handle, size))?.seconds;
  } finally {
    await handle.close();
  }
}

/**
 * Seconds in a recording of any format, without decoding it; ffprobe is asked where its header alone doesn't say them.
 * @returns undefined where only decoding would tell
 * @throws InputError for what can be seen to be no recording, or not a whole one
 */
export async function durationByHeader(
  file: string,
  sound: Sound = {},
  signal?: AbortSignal,
): Promise<number | undefined> {
  const { seconds } = await openSource(file, sound, signal);
  return (await durationOf(file)) ?? seconds ?? (await probe(file, signal))?.seconds;
}
