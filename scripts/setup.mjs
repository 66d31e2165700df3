#!/usr/bin/env node
// Makes a clone ready to work: packages, ffmpeg, build. Does only what is missing; imports nothing that isn't Node's own,
// since it runs before the packages are there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

checkNode();
installPackages();
installFfmpeg();
build();

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node.js ${process.version} is too old`, 'Install Node.js 20.19 or newer: https://nodejs.org');
}

function installPackages() {
  const lock = path.join(root, 'package-lock.json');
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  say('installing packages');
  if (!run('npm', ['ci', '--no-fund', '--no-audit']))
    fail('npm ci failed', 'Read what npm said above; is the network there?');
}

function installFfmpeg() {
  if (process.env.FFMPEG_PATH ? works(process.env.FFMPEG_PATH, ['-version']) : works('ffmpeg', ['-version'])) return;
  if (process.env.FFMPEG_PATH)
    fail(`FFMPEG_PATH names ${process.env.FFMPEG_PATH}, which can't be run`, 'Mend it or unset it.');
  if (process.platform === 'linux' && works('apt-get', ['--version'])) {
    const sudo = process.getuid?.() === 0 ? [] : works('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined;
    if (sudo) {
      say('installing ffmpeg');
      const apt = (...args) => run([...sudo, 'apt-get', ...args][0], [...sudo, 'apt-get', ...args].slice(1));
      if (
        (apt('install', '-y', '--no-install-recommends', 'ffmpeg') ||
          (apt('update') && apt('install', '-y', '--no-install-recommends', 'ffmpeg'))) &&
        works('ffmpeg', ['-version'])
      )
        return;
    }
  }
  fail(
    'ffmpeg is not installed',
    'Type one of these, then the same command again:\n    Debian/Ubuntu  sudo apt-get install ffmpeg\n    Fedora         sudo dnf install ffmpeg-free\n' +
      '    macOS          brew install ffmpeg\n    Windows        winget install ffmpeg\n  or set FFMPEG_PATH to the program.',
  );
}

function build() {
  const sources = [
    ...filesBelow(path.join(root, 'src')),
    path.join(root, 'tsconfig.json'),
    path.join(root, 'tsconfig.build.json'),
    path.join(root, 'package-lock.json'),
  ];
  const built = path.join(root, 'dist', 'index.js');
  if (existsSync(built) && sources.every((file) => statSync(file).mtimeMs <= statSync(built).mtimeMs)) return;
  say('building');
  if (!run('npm', ['run', '--silent', 'build'])) fail('the build failed', 'Read what tsc said above.');
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => path.join(e.parentPath ?? e.path, e.name));
}

function run(command, args) {
  // npm is a script on Windows, which only a shell starts; what is run here is fixed text.
  return (
    spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' }).status === 0
  );
}

function works(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

function fail(what, next) {
  process.stderr.write(`${what}\n  → ${next}\n`);
  process.exit(1);
}
