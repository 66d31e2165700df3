import ffmpeg from 'fluent-ffmpeg';
import { stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { InputError } from '../support/errors.ts';
import { readError } from '../support/files.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { floatsOf, formatByName, SAMPLE_RATE } from './format.ts';
import { oggIsCutOff } from './ogg.ts';
import { readPlainWav } from './wav.ts';

export interface DecodeOptions {
  /** Seconds. */
  start?: number | undefined;
  end?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Decodes whatever ffmpeg reads, in blocks: 16 kHz mono float32. Memory stays bounded however long the recording.
 * @throws InputError naming the file and the reason: missing, a folder, empty, damaged, no sound in it
 */
export async function* decodeStream(file: string, options: DecodeOptions = {}): AsyncGenerator<Float32Array> {
  await checkReadable(file);
  const plain = options.start === undefined && options.end === undefined ? await readPlainWav(file) : undefined;
  if (plain) {
    yield plain;
    return;
  }
  // fluent-ffmpeg takes a stream that closes by itself for a reader that went away.
  const output = new PassThrough({ highWaterMark: 1 << 18, autoDestroy: false, emitClose: false });
  const ffmpegPath = await findFfmpeg();
  const failed = startFfmpeg(ffmpegPath, file, options, output);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of output) {
    const bytes = rest.length ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer);
    const whole = bytes.length & ~3;
    rest = bytes.subarray(whole);
    if (whole > 0) yield floatsOf(bytes);
  }
  const problem = await failed;
  if (problem) throw problem;
}

/** A whole recording, or a stretch of it, in one piece. */
export async function decodeAudio(file: string, options: DecodeOptions = {}): Promise<Float32Array> {
  const blocks: Float32Array[] = [];
  let length = 0;
  for await (const block of decodeStream(file, options)) {
    blocks.push(block);
    length += block.length;
  }
  if (length === 0) throw damaged(file, 'there is no sound in it');
  const samples = new Float32Array(length);
  let offset = 0;
  for (const block of blocks) {
    samples.set(block, offset);
    offset += block.length;
  }
  return samples;
}

async function checkReadable(file: string): Promise<void> {
  const info = await stat(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  if (info.isDirectory())
    throw new InputError('this is a folder, a recording is wanted', 'Name a file in it.', { file });
  if (info.size === 0) throw damaged(file, 'it is empty (0 bytes)');
  if (await oggIsCutOff(file)) throw damaged(file, 'it is cut off: its last page is missing');
}

/** Starts ffmpeg, writing to `output`; tells in the end what went wrong, if anything did. */
function startFfmpeg(
  ffmpegPath: string,
  file: string,
  options: DecodeOptions,
  output: PassThrough,
): Promise<InputError | undefined> {
  const command = ffmpeg({ source: file, stdoutLines: 200 }).setFfmpegPath(ffmpegPath);
  const format = formatByName(file);
  if (format) command.inputFormat(format);
  // Without -xerror a damaged file would pass as a shorter one.
  command.inputOptions(['-xerror', '-nostdin', '-hide_banner', '-loglevel', 'warning', '-vn', '-sn', '-dn']);
  if (options.start !== undefined) command.seekInput(options.start);
  if (options.end !== undefined) command.duration(options.end - (options.start ?? 0));
  command.noVideo().audioChannels(1).audioFrequency(SAMPLE_RATE).audioCodec('pcm_f32le').format('f32le');
  const complaints: string[] = [];
  command.on('stderr', (line: string) => complaints.push(line.replaceAll(file, '')));
  const outcome = new Promise<InputError | undefined>((resolve) => {
    command.on('end', () => resolve(truncation(file, complaints)));
    command.on('error', (error: Error) => {
      resolve(damaged(file, reasonOf(complaints, error)));
      output.end();
    });
  });
  options.signal?.addEventListener('abort', () => command.kill('SIGKILL'), { once: true });
  command.pipe(output, { end: true });
  return outcome;
}

/** ffmpeg reads a file that ends too soon without an error; these words on stderr give it away. */
export const looksTruncated = (line: string): boolean =>
  /truncat|partial file|invalid data|incomplete frame|ends prematurely|overread|packet corrupt|failed to read/i.test(
    line,
  );

function truncation(file: string, complaints: readonly string[]): InputError | undefined {
  const line = complaints.find(looksTruncated);
  return line ? damaged(file, `it is damaged or cut off (ffmpeg: ${withoutPrefix(line)})`) : undefined;
}

function reasonOf(complaints: readonly string[], error: Error): string {
  const text = complaints.join('\n');
  if (/does not contain any stream|matches no streams/i.test(text)) return 'there is no sound in it';
  if (/invalid data found/i.test(text)) return 'it is not a recording, or it is damaged (ffmpeg: invalid data)';
  const last =
    complaints.filter((line) => /error|invalid|could not|failed/i.test(line)).at(-1) ?? error.message.split('\n')[0]!;
  return `it is damaged or cut off (ffmpeg: ${withoutPrefix(last)})`;
}

/** ffmpeg's own part of a line, without the address of the part that speaks. */
const withoutPrefix = (line: string): string => line.replace(/^\[[^\]]*\]\s*/, '').trim();

function damaged(file: string, reason: string): InputError {
  return new InputError(reason, 'Play it to see what is left of it; replace or remove it.', { file });
}
