import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

/** The built command line in a shell. */
const shell = (command: string) =>
  execa('bash', ['-c', `set -o pipefail; ${command}`], {
    reject: false,
    env: { CI: '', NO_COLOR: '1', BIN: 'bin/run.js' },
  });

describe('the command line', () => {
  it('ends quietly when its reader has read enough', async () => {
    const { stdout, stderr, exitCode } = await shell(
      'node $BIN recipe check recipes/italian-10min.yaml --json | head -1',
    );
    expect([stdout, stderr, exitCode]).toEqual(['{', '', 0]);
  });

  it('says when the disk behind its output is full', async () => {
    const { stderr, exitCode } = await shell('node $BIN encoder list > /dev/full');
    expect(stderr).toMatch(/^can’t write to standard output: the disk is full\n {2}→ /);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(1);
  });

  it('shows names of files without obeying them', async () => {
    const { stderr } = await shell(String.raw`node $BIN recipe check $'no\e[2J\nsuch.yaml'`);
    expect(stderr.split('\n')[0]).toBe(String.raw`no recipe no\u001b[2J\nsuch.yaml`);
  });
});
