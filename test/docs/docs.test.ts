import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { commandsInDocs } from './commands-in-docs.ts';

/** What the test run itself does, or the slow tests run. */
const ELSEWHERE = /^npm (test|run (demo|lint|types|deps|format))$/;

describe('every quick command line in the docs works', () => {
  // What is fetched on one page is used on another.
  const fetches = (command: string): number => (command.includes('corpus fetch') ? 0 : 1);
  const commands = [...new Set(commandsInDocs('quick').map(({ command }) => command))].sort(
    (a, b) => fetches(a) - fetches(b),
  );
  it.each(commands.filter((command) => !ELSEWHERE.test(command)))(
    '%s',
    async (command) => {
      const { exitCode, stderr } = await execa(command, { shell: true, reject: false });
      // 3: done, with something set aside.
      expect([0, 3], stderr).toContain(exitCode);
    },
    300_000,
  );

  it('the others are scripts of package.json', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    for (const command of commands.filter((c) => ELSEWHERE.test(c)))
      expect(scripts).toHaveProperty([command.replace(/^npm (run )?/, '')]);
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
