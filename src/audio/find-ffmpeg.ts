import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../support/errors.ts';

const HOW_TO_INSTALL =
  'Install it: Debian/Ubuntu `sudo apt-get install ffmpeg` · Fedora `sudo dnf install ffmpeg-free` · macOS `brew ' +
  'install ffmpeg` · Windows `winget install ffmpeg`; or set FFMPEG_PATH to the program.';

let ffmpeg: Promise<string> | undefined;
let ffprobe: Promise<string> | undefined;

/**
 * Where ffmpeg is: FFMPEG_PATH, else the PATH.
 * @throws InputError with the line to type when there is none
 */
export function findFfmpeg(): Promise<string> {
  ffmpeg ??= named().then((program) => program ?? onPath('ffmpeg'));
  return ffmpeg;
}

/**
 * Where ffprobe is: beside ffmpeg, else on the PATH.
 * @throws InputError with the line to type when there is none
 */
export function findFfprobe(): Promise<string> {
  ffprobe ??= findFfmpeg().then(async (program) => {
    const beside = path.join(path.dirname(program), executableName('ffprobe'));
    return (await executable(beside)) ? beside : onPath('ffprobe');
  });
  return ffprobe;
}

async function named(): Promise<string | undefined> {
  const program = process.env.FFMPEG_PATH;
  if (!program) return undefined;
  if (await executable(program)) return program;
  throw new InputError(`FFMPEG_PATH names ${program}, which can't be run`, HOW_TO_INSTALL);
}

async function onPath(name: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, executableName(name));
    if (folder && (await executable(file))) return file;
  }
  throw new InputError(`${name} is not installed`, HOW_TO_INSTALL);
}

const executableName = (name: string): string => (process.platform === 'win32' ? `${name}.exe` : name);

const executable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
