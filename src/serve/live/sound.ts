import type { Readable } from 'node:stream';
import { pipeFfmpeg } from '../../audio/ffmpeg.ts';
import { floatsOf, SAMPLE_RATE } from '../../audio/format.ts';
import { WorkError } from '../../support/errors.ts';

/**
 * 16-bit PCM (little-endian, mono) as it comes, as 16 kHz float32.
 * @param rate samples a second that come; another one than 16000 is changed by ffmpeg
 * @throws what the sound breaks off with, WorkError where ffmpeg breaks off
 */
export async function* liveSound(pcm: Readable, rate: number, signal: AbortSignal): AsyncGenerator<Float32Array> {
  if (rate === SAMPLE_RATE) {
    for await (const bytes of wholeSamples(pcm, 2)) yield floatsOfPcm(bytes);
    return;
  }
  const input = ['-probesize', '32', '-analyzeduration', '0', '-fflags', 'nobuffer', '-f', 's16le'];
  const source = { source: pcm, options: [...input, '-ar', String(rate), '-ac', '1'] };
  const output = ['-ar', String(SAMPLE_RATE), '-f', 'f32le', '-flush_packets', '1'];
  const { sound, outcome } = pipeFfmpeg(source, output, { signal });
  for await (const bytes of wholeSamples(sound, 4)) yield floatsOf(bytes);
  const { failed, said } = await outcome;
  if (pcm.errored) throw pcm.errored;
  if (failed) throw new WorkError(`ffmpeg ended before the sound did: ${said.at(-1)}`, 'Begin again.');
}

/** A message may end within a sample. */
async function* wholeSamples(stream: Readable, size: 2 | 4): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % size);
    rest = bytes.subarray(whole);
    if (whole > 0) yield bytes.subarray(0, whole);
  }
}

function floatsOfPcm(bytes: Buffer): Float32Array {
  const samples = new Float32Array(bytes.length / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(2 * i) / 32768;
  return samples;
}
