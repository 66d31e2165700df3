/** @module-tag slow */
import { execa, type Options, type Result } from 'execa';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { reportClient } from '../../scripts/report-client.ts';
import { featureExtractors } from '../../scripts/feature-extractors.ts';

/** An empty folder, where nothing of this repository's settings counts. */
let folder: string;

/** What is no registry of npm is out of reach: also for scripts of packages, which take the latter's word for it. */
const NO_OTHER_HOST = { GLOBAL_AGENT_HTTPS_PROXY: 'http://127.0.0.1:9', ONNXRUNTIME_NODE_INSTALL: '' };

const inFolder = (command: string, args: string[], options: Options = {}): Promise<Result> =>
  execa(command, args, { cwd: folder, reject: false, ...options });

const isogloss = (...args: string[]): Promise<Result> =>
  inFolder(process.execPath, [path.join(folder, 'node_modules/isogloss/bin/run.js'), ...args]);

describe('the package', () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'package-'));
    const packed = await execa('npm', ['pack', '--json', '--pack-destination', folder]);
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    const installed = await inFolder(
      'npm',
      [
        'install',
        path.join(folder, filename),
        '--prefix',
        folder,
        '--cache',
        path.join(folder, 'cache'),
        '--omit=dev',
        '--ignore-scripts',
      ],
      { env: NO_OTHER_HOST },
    );
    expect(installed.exitCode, String(installed.stderr)).toBe(0);
  });

  // What a package may lack (msgpackr's compiled half) is used where it is, and does no harm where it isn't.
  it('needs no install script of any package', async () => {
    const lock = JSON.parse(await readFile(path.join(folder, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>;
    };
    const scripts = Object.entries(lock.packages).filter(([, of]) => of.hasInstallScript && !of.optional);
    expect(scripts.map(([name]) => name)).toEqual([]);
    const runtime = path.join(folder, 'node_modules/isogloss/node_modules/onnxruntime-node/package.json');
    expect(JSON.parse(await readFile(runtime, 'utf8'))).not.toHaveProperty('scripts');
  });

  it('says its version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect((await isogloss('--version')).stdout).toContain(`isogloss/${version} `);
  });

  it('finds the machine in order', async () => {
    const { exitCode, stdout } = await isogloss('doctor');
    expect(stdout).toMatch(/✓ provider cpu +works/);
    expect(exitCode, String(stdout)).toBe(0);
  });

  // Everything is fetched and computed for the first time.
  it('runs a recipe by its name, and transcribes with what it has learnt', async () => {
    const { stdout, stderr, exitCode } = await isogloss('run', 'italian-1min', '--json');
    expect(exitCode, String(stderr)).toBe(0);
    const run = JSON.parse(String(stdout)) as { folder: string; metrics: { test: { cer: number } } };
    expect(run.metrics.test.cer).toBeLessThan(0.6);
    const recording = 'corpora/asterisk-it/audio/vm-goodbye.g722';
    const written = await isogloss('transcribe', path.join(run.folder, 'model'), recording);
    expect(written.exitCode, String(written.stderr)).toBe(0);
    expect(written.stdout).toMatch(/\p{L}{3}/u);
  }, 1_800_000);

  it('sends people to pages that are there', async () => {
    const { stderr, exitCode } = await isogloss('run', 'italian-10mins');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('no recipe italian-10mins (italian-10min?)');
    const page = /[^ ]+recipes\.md/.exec(String(stderr))![0];
    expect(await readFile(path.resolve(folder, page), 'utf8')).toContain('# Recipes');
  });

  it('is a library', async () => {
    const program = `import { InputError, loadRecipe } from 'isogloss'; console.log((await loadRecipe('italian-1min')).language)`;
    const { stdout, stderr } = await inFolder(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout, String(stderr)).toBe('it');
  });
});

describe('vendor/', () => {
  it('has what its scripts make', async () => {
    expect(await readFile('vendor/feature-extractors.js', 'utf8')).toBe(await featureExtractors());
    expect(await readFile('vendor/report-client.js', 'utf8')).toBe(reportClient());
  });
});
