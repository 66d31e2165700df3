import type { FfmpegCommand } from 'fluent-ffmpeg';
import path from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { messageOf, WorkError } from '../support/errors.ts';
import { mayFail } from '../support/may-fail.ts';
import { RECORDING_FORMATS } from './demuxers.ts';
import { findFfmpeg, findFfprobe } from './find-ffmpeg.ts';

export interface FfmpegInput {
  /** A file, or what is piped into it. */
  source: string | Readable;
  options?: readonly string[];
}

export interface FfmpegOutput {
  /** A file, or where it is piped to. */
  target: string | Writable;
  options: readonly string[];
}

export interface FfmpegLimits {
  signal?: AbortSignal | undefined;
  /** Seconds that it may take; as many as it likes, if absent: then who reads its output has to watch over it. */
  seconds?: number;
}

/** What ffmpeg said, and whether it came to its end. */
export interface FfmpegOutcome {
  failed: boolean;
  /** Lines on its stderr, without file names and addresses of its parts; of very many the first and last. */
  said: string[];
}

const MOST_LINES = 100;

/** Of a file: read it and nothing else, whatever it says that it is. A playlist is no recording (decision 0040). */
const ONLY_THIS_FILE = ['-protocol_whitelist', 'file', '-format_whitelist', RECORDING_FORMATS];

/** Ctrl-C reaches ffmpeg as well as this process: what it then leaves undone is not the recording's fault. */
const ENDED_FROM_OUTSIDE = /code 255|killed with signal/;
/** It ran. What can't be started, or is out of time, has written nothing that is worth waiting for. */
const ENDED = /exited with code|killed with signal/;

const running = new Set<FfmpegCommand>();
process.once('exit', () => running.forEach((command) => command.kill('SIGKILL')));

/**
 * Runs ffmpeg, the one way there is: files are read as files whatever their names look like (`concat:a`, `12:31.wav`),
 * nothing that they name is opened, and the process never outlives this one.
 * @throws InputError when ffmpeg isn't there, WorkError when somebody ended it, the signal's reason when it is aborted
 */
export async function runFfmpeg(
  inputs: readonly FfmpegInput[],
  outputs: readonly FfmpegOutput[],
  { signal, seconds }: FfmpegLimits = {},
): Promise<FfmpegOutcome> {
  signal?.throwIfAborted();
  const { default: ffmpeg } = await import('fluent-ffmpeg');
  const command = ffmpeg({ stdoutLines: MOST_LINES, ...(seconds === undefined ? {} : { timeout: seconds }) });
  command.setFfmpegPath(await findFfmpeg());
  for (const { source, options = [] } of inputs) {
    command.input(typeof source === 'string' ? `file:${path.resolve(source)}` : source);
    const guard = typeof source === 'string' ? ONLY_THIS_FILE : ['-protocol_whitelist', 'pipe'];
    command.inputOptions(['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning', ...guard, ...options]);
  }
  for (const { target, options } of outputs) {
    const output = typeof target === 'string' ? command.output(path.resolve(target)) : command.output(target);
    output.outputOptions([...options]);
  }
  return outcomeOf(command, inputs, outputs, signal);
}

/**
 * Runs ffmpeg as `runFfmpeg` does, and gives what it writes as it comes. The sound ends when ffmpeg has ended and all
 * that it wrote has come, or when it can't be run: the outcome tells.
 */
export function pipeFfmpeg(
  input: FfmpegInput,
  options: readonly string[],
  limits: FfmpegLimits = {},
): { sound: PassThrough; outcome: Promise<FfmpegOutcome> } {
  // fluent-ffmpeg takes a stream that closes by itself for a reader that went away.
  const sound = new PassThrough({ highWaterMark: 1 << 18, autoDestroy: false, emitClose: false });
  const outcome = runFfmpeg([input], [{ target: sound, options }], limits).finally(() => sound.end());
  // Looked at when the sound has ended.
  return { sound, outcome: mayFail(outcome) };
}

/**
 * What ffprobe says of a file, as JSON.
 * @param entries as its `-show_entries` has them
 * @throws InputError when ffprobe isn't there
 * @returns undefined when it can't open it
 */
export async function runFfprobe(file: string, entries: string, signal?: AbortSignal): Promise<unknown> {
  // Loaded here: plain WAVs need no other program, and it is a hundred modules.
  const { execa } = await import('execa');
  const { stdout, failed } = await execa(
    await findFfprobe(),
    ['-v', 'error', ...ONLY_THIS_FILE, '-show_entries', entries, '-of', 'json', `file:${path.resolve(file)}`],
    { reject: false, stdin: 'ignore', stderr: 'ignore', timeout: 60_000, maxBuffer: 1 << 20, cancelSignal: signal },
  );
  signal?.throwIfAborted();
  return failed ? undefined : JSON.parse(stdout);
}

function outcomeOf(
  command: FfmpegCommand,
  inputs: readonly FfmpegInput[],
  outputs: readonly FfmpegOutput[],
  signal?: AbortSignal,
): Promise<FfmpegOutcome> {
  const said = new Lines(inputs.flatMap(({ source }) => (typeof source === 'string' ? [path.resolve(source)] : [])));
  const stop = (): void => void command.kill('SIGKILL');
  running.add(command);
  signal?.addEventListener('abort', stop, { once: true });
  return new Promise<FfmpegOutcome>((resolve, reject) => {
    const done = (error?: Error): void => {
      running.delete(command);
      signal?.removeEventListener('abort', stop);
      if (error && signal?.aborted) reject(signal.reason as Error);
      else if (error && ENDED_FROM_OUTSIDE.test(error.message))
        reject(new WorkError('ffmpeg was stopped from outside', 'Run the same command again: what is done is kept.'));
      else resolve({ failed: error !== undefined, said: [...said.all(), ...(error ? [messageOf(error)] : [])] });
    };
    command.on('start', () => signal?.aborted && stop());
    command.on('stderr', (line: string) => said.add(line));
    const ended = async (error?: Error): Promise<void> => {
      if (!error || ENDED.test(error.message)) await allWritten(outputs, signal);
      done(error);
    };
    command.on('end', () => void ended());
    command.on('error', (error: Error) => void ended(error));
    command.run();
  });
}

/**
 * An ended process leaves up to a hundred kilobytes in its pipe and the streams behind it, all the longer the slower
 * they are read. fluent-ffmpeg doesn't wait for them.
 */
async function allWritten(outputs: readonly FfmpegOutput[], signal?: AbortSignal): Promise<void> {
  for (const { target } of outputs)
    if (typeof target !== 'string')
      await finished(target, { readable: false, ...(signal ? { signal } : {}) }).catch(() => {});
}

/** The first and last lines of many. */
class Lines {
  private readonly first: string[] = [];
  private readonly last: string[] = [];
  private readonly names: readonly string[];

  constructor(names: readonly string[]) {
    this.names = names;
  }

  add(line: string): void {
    let text = line;
    for (const name of this.names) text = text.replaceAll(`file:${name}`, '').replaceAll(name, '');
    text = text
      .replace(/^\s*\[[^\]]*\]\s*/, '')
      .replace(/^:\s*/, '')
      .trim();
    if (text === '') return;
    if (this.first.length < MOST_LINES / 2) this.first.push(text);
    else {
      this.last.push(text);
      if (this.last.length > MOST_LINES / 2) this.last.shift();
    }
  }

  all(): string[] {
    return [...this.first, ...this.last];
  }
}
