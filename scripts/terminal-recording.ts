import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { writeAtomic } from '../src/support/files.ts';

const RECORDING = 'docs/pictures/terminal.cast';
/** What the recording shows, really run one after the other in an empty folder with an empty cache. */
const COMMANDS = [
  'isogloss corpus fetch asterisk-it',
  'isogloss run italian-5min',
  // A recording of its test part.
  'isogloss transcribe runs/italian-5min-*/model corpora/asterisk-it/audio/vm-repeat.g722',
];
const COLUMNS = 84;
const ROWS = 24;
const LETTER_S = 0.045;
/** To read an answer. */
const PAUSE_S = 2.5;
/** Waiting is shown so many times as fast. */
const QUICKENED = 6;
const FRAME_S = 0.1;

/** Of an asciicast, version 2: seconds, “o” for output, text. https://docs.asciinema.org/manual/asciicast/v2/ */
type Event = [seconds: number, kind: 'o', text: string];

const folder = await mkdtemp(path.join(tmpdir(), 'recording-'));
try {
  await mkdir(path.join(folder, 'bin'));
  await symlink(path.resolve('bin/run.js'), path.join(folder, 'bin/isogloss'));
  const events: Event[] = [];
  for (const command of COMMANDS) {
    typed(command, events);
    await record(command, events);
  }
  await writeAtomic(RECORDING, asciicast(events));
} finally {
  await rm(folder, { recursive: true });
}

/** Prompt and command, a letter at a time. */
function typed(command: string, events: Event[]): void {
  let at = events.length === 0 ? 0 : events.at(-1)![0] + PAUSE_S;
  events.push([at, 'o', '\u001B[32m$\u001B[0m ']);
  for (const letter of command) events.push([(at += LETTER_S), 'o', letter]);
  events.push([at + 10 * LETTER_S, 'o', '\r\n']);
}

/** Runs it in a pseudo-terminal, that of util-linux's `script`. */
async function record(command: string, events: Event[]): Promise<void> {
  const start = events.at(-1)![0];
  const began = performance.now();
  const line = `stty cols ${COLUMNS} rows ${ROWS}; ${command}`;
  const terminal = spawn('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env.PATH}`,
      TERM: 'xterm-256color',
      ISOGLOSS_CACHE: path.join(folder, 'cache'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  terminal.stdout.setEncoding('utf8').on('data', (output: string) => {
    show(output, start + (performance.now() - began) / 1000 / QUICKENED, events);
  });
  const code = await new Promise((resolve) => terminal.on('close', resolve));
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}:\n${asciicast(events)}`);
}

/** What comes within a frame is shown at once, without lines that were drawn over by then. */
function show(output: string, at: number, events: Event[]): void {
  const last = events.at(-1)!;
  if (last[2] === '\r\n' || at - last[0] >= FRAME_S) events.push([at, 'o', output]);
  else last[2] = `${last[2]}${output}`.replaceAll(/\r\u001B\[2K[^\r\n]*(?=\r\u001B\[2K)/g, '');
}

/** @throws Error where it would tell whose machine this is */
function asciicast(events: readonly Event[]): string {
  const header = { version: 2, width: COLUMNS, height: ROWS, title: 'isogloss', env: { TERM: 'xterm-256color' } };
  const rounded = events.map(([at, ...rest]) => [Math.round(at * 1000) / 1000, ...rest]);
  const cast = [header, ...rounded].map((line) => `${JSON.stringify(line)}\n`).join('');
  const { username, homedir } = userInfo();
  const own = [folder, process.cwd(), homedir, hostname(), username].find((name) => cast.includes(name));
  if (own !== undefined) throw new Error(`the recording has ${own} in it`);
  return cast;
}
