import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { WorkError } from '../support/errors.ts';
import { pipeFfmpeg } from './ffmpeg.ts';
import { SAMPLE_RATE } from './format.ts';

/** Samples as they are in memory. */
const FLOATS = ['-f', 'f32le', '-ar', String(SAMPLE_RATE), '-ac', '1'];
/** Seconds; some of speech take a fraction of one. */
const LONGEST_WAIT = 120;

/** A recording as a small MP3, which every browser plays. @param samples 16 kHz mono */
export const encodeMp3 = (samples: Float32Array): Promise<Uint8Array> =>
  encodeSound(samples, ['-c:a', 'libmp3lame', '-b:a', '32k', '-f', 'mp3']);

/**
 * Samples as ffmpeg stores them.
 * @param samples 16 kHz mono
 * @param options for the output: codec and format
 */
export async function encodeSound(samples: Float32Array, options: readonly string[]): Promise<Uint8Array> {
  return piped(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), FLOATS, options);
}

/** The other way round. @param format ffmpeg's name of it */
export async function decodeSound(stored: Uint8Array, format: string): Promise<Uint8Array> {
  return piped(stored, ['-f', format], FLOATS);
}

async function piped(bytes: Uint8Array, input: readonly string[], output: readonly string[]): Promise<Uint8Array> {
  const source = Readable.from([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)]);
  const { sound, outcome } = pipeFfmpeg({ source, options: ['-threads', '1', ...input] }, output, {
    seconds: LONGEST_WAIT,
  });
  const [{ failed, said }, result] = await Promise.all([outcome, buffer(sound)]);
  if (!failed) return result;
  throw new WorkError(
    `ffmpeg can’t encode: ${said.at(-1)}`,
    'Install an ffmpeg that has this codec (isogloss doctor).',
  );
}
