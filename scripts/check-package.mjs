// Whether the package's types and doors are what programs find: publint and arethetypeswrong on a tarball without what is
// bundled, which is 122 MB and not ours.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = mkdtempSync(path.join(tmpdir(), 'package-'));
const manifest = { ...JSON.parse(readFileSync('package.json', 'utf8')), bundleDependencies: [] };
for (const name of ['bin', 'dist', 'vendor', 'README.md', 'LICENSE'])
  cpSync(name, path.join(folder, name), { recursive: true });
writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));

const shell = process.platform === 'win32';
const run = (command, args, cwd) =>
  spawnSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], shell }).stdout.toString();
const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts'], folder));
const tarball = path.join(folder, filename);
const failed = [
  ['publint', '--strict', tarball],
  // The package is for import only; require of it works from Node.js 20.19 on.
  ['attw', '--profile', 'esm-only', tarball],
].filter((command) => spawnSync('npx', command, { stdio: 'inherit', shell }).status !== 0);
rmSync(folder, { recursive: true });
process.exitCode = failed.length > 0 ? 1 : 0;
