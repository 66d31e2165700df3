import { findFfmpeg } from './find-ffmpeg.ts';

let version: Promise<string> | undefined;

/** As ffmpeg says it: `7.1.1-1`. @throws InputError when there is no ffmpeg */
export function ffmpegVersion(): Promise<string> {
  return (version ??= findFfmpeg().then(async (program) => {
    const { execa } = await import('execa');
    const { stdout } = await execa(program, ['-version']);
    return /version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  }));
}
