import { crc32 } from 'node:zlib';

/** Decoded samples as the cache keeps them, with what was said when they were decoded. */
export interface KeptSamples {
  samples: Float32Array<ArrayBuffer>;
  notes: string[];
}

const MAGIC = 0x31415349;
/** Bytes before the samples. */
export const HEADER = 20;
const [INT16, FLOAT32] = [2, 4];

/**
 * Samples in a file: 16-bit numbers where those hold them exactly (all that most recordings have), floats where they
 * don't: louder than full scale, or with more bits. Whatever is read is what was written.
 * Layout, little-endian: `ISA1`, bytes a sample, count, CRC-32 of all that follows, length of the notes; samples; notes
 * as JSON.
 */
export function encodeSamples({ samples, notes }: KeptSamples): Uint8Array[] {
  const narrow = asInt16(samples);
  const body = bytesOf(narrow ?? samples);
  const said = Buffer.from(JSON.stringify(notes));
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(narrow ? INT16 : FLOAT32, 4);
  header.writeUInt32LE(samples.length, 8);
  header.writeUInt32LE(crc32(said, crc32(body)), 12);
  header.writeUInt32LE(said.length, 16);
  return [header, body, said];
}

/** @returns undefined when the file isn't what was written: cut, changed, or of an earlier version */
export function decodeSamples(bytes: Uint8Array): KeptSamples | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = countOf(view);
  if (count === undefined) return undefined;
  const body = view.subarray(HEADER, HEADER + count * view.readUInt32LE(4));
  const said = view.subarray(HEADER + body.length);
  if (said.length !== view.readUInt32LE(16) || crc32(said, crc32(body)) !== view.readUInt32LE(12)) return undefined;
  const own = new Uint8Array(body).buffer;
  const samples = view.readUInt32LE(4) === INT16 ? widened(new Int16Array(own)) : new Float32Array(own);
  return { samples, notes: JSON.parse(said.toString()) as string[] };
}

/** How many samples a file holds by its first `HEADER` bytes, or nothing when it is none of these. */
export function countOf(head: Buffer): number | undefined {
  if (head.length < HEADER || head.readUInt32LE(0) !== MAGIC) return undefined;
  return [INT16, FLOAT32].includes(head.readUInt32LE(4)) ? head.readUInt32LE(8) : undefined;
}

function asInt16(samples: Float32Array): Int16Array | undefined {
  const narrow = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    narrow[i] = samples[i]! * 32768;
    if (narrow[i]! / 32768 !== samples[i]) return undefined;
  }
  return narrow;
}

function widened(narrow: Int16Array): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(narrow.length);
  for (let i = 0; i < narrow.length; i++) samples[i] = narrow[i]! / 32768;
  return samples;
}

const bytesOf = (samples: Int16Array | Float32Array): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
