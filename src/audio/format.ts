import path from 'node:path';

/** Everything inside isogloss is mono float32 at this rate, in Hz: what Wav2Vec2-family encoders were trained on. */
export const SAMPLE_RATE = 16_000;

/** What ffmpeg has to be told of a file: G.722 has no header, only its name tells. */
export const formatByName = (file: string): string | undefined =>
  path.extname(file).toLowerCase() === '.g722' ? 'g722' : undefined;

/** Samples that ffmpeg wrote as f32le; a part of one at the end is left out. */
export function floatsOf(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(
    (bytes.buffer as ArrayBuffer).slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)),
  );
}
