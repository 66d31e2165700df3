import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../support/errors.ts';

const HOW_TO_INSTALL =
  'Install it: Debian/Ubuntu `sudo apt-get install ffmpeg` · Fedora `sudo dnf install ffmpeg-free` · macOS `brew install ffmpeg` · ' +
  'Windows `winget install ffmpeg`; or set FFMPEG_PATH to the program.';

let found: Promise<string> | undefined;

/**
 * Where ffmpeg is: FFMPEG_PATH, else the PATH.
 * @throws InputError with the line to type when there is none
 */
export function findFfmpeg(): Promise<string> {
  found ??= search();
  return found;
}

async function search(): Promise<string> {
  const named = process.env.FFMPEG_PATH;
  if (named) {
    if (await executable(named)) return named;
    throw new InputError(`FFMPEG_PATH names ${named}, which can't be run`, HOW_TO_INSTALL);
  }
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    if (folder && (await executable(file))) return file;
  }
  throw new InputError('ffmpeg is not installed', HOW_TO_INSTALL);
}

const executable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
