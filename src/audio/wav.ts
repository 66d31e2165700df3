import wav from 'node-wav';
import { open, readFile } from 'node:fs/promises';
import { writeAtomic } from '../support/files.ts';
import { SAMPLE_RATE } from './format.ts';

/** Larger files go through ffmpeg in blocks. */
const LARGEST = 32 * 1024 * 1024;
const HEADER = 44;

/**
 * Reads a WAV that needs no conversion (16 kHz, mono, 16 bit), a hundred times as fast as starting ffmpeg.
 * @returns undefined for anything else, or when its length is not what the header says: ffmpeg will tell what it is
 */
export async function readPlainWav(file: string): Promise<Float32Array | undefined> {
  const length = await plainLength(file);
  return length === undefined ? undefined : samplesOf(await readFile(file), length);
}

/** Whether `readPlainWav` reads it. */
export const isPlainWav = async (file: string): Promise<boolean> => (await plainLength(file)) !== undefined;

/** @returns bytes of samples; undefined where ffmpeg should read them */
async function plainLength(file: string): Promise<number | undefined> {
  const handle = await open(file);
  const header = Buffer.alloc(HEADER);
  const { size } = await handle.stat();
  await handle.read(header, 0, HEADER, 0).finally(() => handle.close());
  const plain =
    size <= LARGEST &&
    header.toString('latin1', 0, 4) === 'RIFF' &&
    header.toString('latin1', 8, 16) === 'WAVEfmt ' &&
    header.readUInt16LE(20) === 1 &&
    header.readUInt16LE(22) === 1 &&
    header.readUInt32LE(24) === SAMPLE_RATE &&
    header.readUInt16LE(34) === 16 &&
    header.toString('latin1', 36, 40) === 'data' &&
    header.readUInt32LE(40) > 0 &&
    HEADER + header.readUInt32LE(40) <= size;
  return plain ? header.readUInt32LE(40) : undefined;
}

/** As ffmpeg and the cache of decoded audio have them; node-wav makes positive ones a little larger. */
function samplesOf(bytes: Buffer, length: number): Float32Array {
  const samples = new Float32Array(length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(HEADER + 2 * i) / 32768;
  return samples;
}

/** Writes mono samples as a 16-bit WAV, whole or not at all. */
export async function writeWav(file: string, samples: Float32Array, sampleRate = SAMPLE_RATE): Promise<void> {
  await writeAtomic(file, wav.encode([samples], { sampleRate, float: false, bitDepth: 16 }));
}
