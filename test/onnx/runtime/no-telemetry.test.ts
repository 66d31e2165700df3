import { execa } from 'execa';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

/** What was built: a session opened by the library, as a command does it. */
const OPEN_SESSION = `
  const { openSession } = await import(${JSON.stringify(path.resolve('dist/onnx/runtime/session.js'))});
  const { readFile } = await import('node:fs/promises');
  await (await openSession(await readFile(${JSON.stringify(path.resolve('models/embedded/encoder.onnx'))}))).release();
  console.log('opened');`;

const IN_WORKER = `
  const { Worker } = await import('node:worker_threads');
  new Worker(${JSON.stringify(`(async () => {${OPEN_SESSION}})()`)}, { eval: true });`;

const strace = await execa('strace', ['-V']).then(
  () => true,
  () => false,
);

describe('nothing is told about what is worked on', () => {
  let home: string;
  const run = (script: string, watched: readonly string[] = []) => {
    const [program, ...args] = [...watched, process.execPath, '--input-type=module', '-e', script];
    return execa(program, args, {
      env: {
        HOME: home,
        XDG_CACHE_HOME: path.join(home, '.cache'),
        XDG_DATA_HOME: path.join(home, '.local'),
        LOCALAPPDATA: home,
        ORT_DISABLE_TELEMETRY: undefined,
      },
    });
  };
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'home-'));
  });
  const written = async () =>
    (await readdir(home, { recursive: true })).filter((name) => /telemetry|onnxruntime|Microsoft|deviceid/i.test(name));

  it('a session leaves no file that counts events or names this machine', async () => {
    expect((await run(OPEN_SESSION)).stdout).toBe('opened');
    expect(await written()).toEqual([]);
  });

  it('a worker thread of a program that loads the library first is refused, for there it can’t be turned off', async () => {
    await expect(run(IN_WORKER)).rejects.toThrow('ONNX Runtime would send telemetry');
    expect(await written()).toEqual([]);
  });

  it('a worker thread of a program that has loaded it works', async () => {
    expect(
      (await run(`await import(${JSON.stringify(path.resolve('dist/onnx/runtime/ort.js'))});${IN_WORKER}`)).stdout,
    ).toBe('opened');
    expect(await written()).toEqual([]);
  });

  it.skipIf(!strace)('no address is asked for', async () => {
    const log = path.join(home, 'calls');
    await run(OPEN_SESSION, ['strace', '-f', '-e', 'trace=connect,sendto', '-o', log]);
    expect(await readFile(log, 'utf8')).not.toMatch(/AF_INET|resolv/);
  });
});
