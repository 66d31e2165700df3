import { readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';

const RECORDING = 'docs/pictures/terminal.cast';
const STILL = 'docs/pictures/terminal.png';

it('the terminal’s recording plays, shows the commands that its caption names, and no place of anybody’s machine', () => {
  const [header, ...events] = readFileSync(RECORDING, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(header).toMatchObject({
    version: 2,
    width: expect.any(Number) as number,
    height: expect.any(Number) as number,
  });
  let before = 0;
  for (const [at, kind] of events as [number, string, string][]) {
    expect(kind).toBe('o');
    expect(at).toBeGreaterThanOrEqual(before);
    before = at;
  }
  const shown = (events as [number, string, string][]).map(([, , text]) => text).join('');
  const caption = /!\[(.*)\]\(docs\/pictures\/terminal\.png\)/.exec(readFileSync('README.md', 'utf8'))![1]!;
  const named = [...caption.matchAll(/`(.*?)`/g)].map(([, command]) => command!);
  const typed = [...shown.matchAll(/\$\u001B\[0m (.*)\r\n/g)].map(([, command]) => command!);
  expect(named.length).toBeGreaterThan(1);
  expect(typed.map((command) => named.find((start) => command.startsWith(start)))).toEqual(named);
  expect(shown).not.toMatch(/(?<![\w.:/*-])[/~]\/?[\w.-]+\//);
  for (const file of [RECORDING, STILL]) expect(statSync(file).size, file).toBeLessThan(300_000);
});
