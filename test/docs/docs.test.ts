import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse, words } from '../deploy/command-lines.ts';
import { commandsInDocs } from './commands-in-docs.ts';

const PROGRAM = 'node bin/run.js ';
/** What the test run itself does, or the slow tests run. */
const ELSEWHERE = /^npm (test|run (demo|lint|types|deps|format))$/;

const commandsOf = (kind: 'quick' | 'slow'): string[] => [
  ...new Set(commandsInDocs(kind).map(({ command }) => command)),
];

describe('every command line in the docs', () => {
  const all = [...commandsOf('quick'), ...commandsOf('slow')];

  it.each(all.filter((command) => command.startsWith(PROGRAM)))('is one that there is: %s', async (command) => {
    // These two are every command's; who asks for help gives no arguments.
    const line = words(command.slice(PROGRAM.length)).filter((word) => word !== '--json');
    if (line.at(-1) === '--help') line.splice(-1, 1, 'anything');
    await expect(parse(line)).resolves.toBeDefined();
  });

  it('or a script of package.json', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    for (const command of all.filter((line) => !line.startsWith(PROGRAM)))
      expect(scripts, command).toHaveProperty([/^npm (?:run )?(\S+)/.exec(command)![1]!]);
  });
});

describe('every quick command line in the docs works', { tags: ['slow'] }, () => {
  // What is fetched on one page is used on another.
  const fetches = (command: string): number => (command.includes('corpus fetch') ? 0 : 1);
  const quick = commandsOf('quick').sort((a, b) => fetches(a) - fetches(b));
  it.each(quick.filter((command) => !ELSEWHERE.test(command)))('%s', async (command) => {
    const { exitCode, stderr } = await execa(command, { shell: true, reject: false });
    // 3: done, with something set aside.
    expect([0, 3], stderr).toContain(exitCode);
  });
});

it('links inside the docs lead somewhere', () => {
  const files = [
    'README.md',
    'RESULTS.md',
    ...readdirSync('docs')
      .filter((n) => n.endsWith('.md'))
      .map((n) => path.join('docs', n)),
  ];
  for (const file of files)
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g))
      expect(existsSync(path.join(path.dirname(file), target!)), `${file}: ${target}`).toBe(true);
});

it('every page stands in the sidebar of the site', () => {
  const config = readFileSync('docs/.vitepress/config.mts', 'utf8');
  for (const name of readdirSync('docs').filter((n) => n.endsWith('.md')))
    expect(config, name).toContain(`'${path.basename(name, '.md')}'`);
});
