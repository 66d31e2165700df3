import path from 'node:path';

export { SAMPLE_RATE } from './sample-rate.ts';

/** What ffmpeg has to be told of a file: G.722 has no header, only its name tells. */
export const formatByName = (file: string): string | undefined =>
  path.extname(file).toLowerCase() === '.g722' ? 'g722' : undefined;

/** Samples that ffmpeg wrote as f32le; a part of one at the end is left out. */
export function floatsOf(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(
    (bytes.buffer as ArrayBuffer).slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)),
  );
}
