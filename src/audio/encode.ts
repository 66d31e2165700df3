import { execa } from 'execa';
import { findFfmpeg } from './ffmpeg.ts';
import { SAMPLE_RATE } from './format.ts';

/** A recording as a small MP3, which every browser plays. */
export async function encodeMp3(samples: Float32Array): Promise<Uint8Array> {
  const input = ['-f', 'f32le', '-ar', String(SAMPLE_RATE), '-ac', '1', '-i', 'pipe:0'];
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const { stdout } = await execa(
    await findFfmpeg(),
    ['-v', 'error', ...input, '-c:a', 'libmp3lame', '-b:a', '32k', '-f', 'mp3', 'pipe:1'],
    { input: bytes, encoding: 'buffer' },
  );
  return stdout;
}
