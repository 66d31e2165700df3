/** @module-tag slow */
import { execa } from 'execa';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../src/audio/find-ffmpeg.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';

let folder: string;

/** Nine recordings of nine minutes, which ffmpeg needs a while for: a signal meets it at work. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signals-'));
  const first = path.join(folder, 'u0.mp3');
  const noise = ['-f', 'lavfi', '-i', 'anoisesrc=r=48000:d=540', '-af', 'volume=0.1', '-ac', '2'];
  await execa(await findFfmpeg(), ['-v', 'error', ...noise, '-b:a', '320k', first]);
  await writeManifest(
    folder,
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => ({ id: `u${i}`, audio: 'u0.mp3', text: 'su', start: i })),
  );
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

/** Processes that a process has started, by /proc: their numbers and names. */
async function childrenOf(parent: number): Promise<{ pid: number; name: string }[]> {
  const found: { pid: number; name: string }[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, name, ppid] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
    if (Number(ppid) === parent) found.push({ pid: Number(pid), name: name! });
  }
  return found;
}

const isThere = async (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => !/\) Z /.test(stat),
    () => false,
  );

describe.skipIf(process.platform !== 'linux')('a signal while ffmpeg is at work', () => {
  it.each(['SIGHUP', 'SIGTERM', 'SIGINT'] as const)('%s ends the command and ffmpeg with it', async (signal) => {
    const command = execa('node', ['bin/run.js', 'corpus', 'audit', folder], {
      reject: false,
      env: { ISOGLOSS_CACHE: path.join(folder, `cache-${signal}`), CI: '', NO_COLOR: '1' },
    });
    let ffmpeg: { pid: number } | undefined;
    // Twice the same: not one of those that are only asked what they can do.
    const isAtWork = async (): Promise<boolean> => {
      const before = ffmpeg;
      ffmpeg = (await childrenOf(command.pid!)).find(({ name }) => name === 'ffmpeg');
      return ffmpeg !== undefined && before?.pid === ffmpeg.pid;
    };
    await expect.poll(isAtWork, { timeout: 60_000, interval: 150 }).toBe(true);
    command.kill(signal);
    const { exitCode, stderr } = await command;
    expect(exitCode).not.toBe(0);
    expect(stderr).not.toMatch(/\n\s+at /);
    await expect.poll(() => isThere(ffmpeg!.pid), { timeout: 5_000 }).toBe(false);
    const left = await readdir(path.join(folder, `cache-${signal}`), { recursive: true }).catch(() => []);
    expect(left.filter((name) => /decoding-|partial/.test(name))).toEqual([]);
  });
});
