import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const MOST_LINES = 250;
const MOST_CHARACTERS = 120;

const files = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => path.join(parentPath, name))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').trimEnd().split('\n') }));

it('has files that can be read in one go', () => {
  const sizes = files.map(({ lines }) => lines.length).sort((a, b) => a - b);
  console.info(`${sizes.length} files in src, half of them of ${sizes[sizes.length >> 1]} lines or fewer`);
  expect(files.filter(({ lines }) => lines.length > MOST_LINES).map(({ file }) => file)).toEqual([]);
});

it('has lines that fit on a screen', () => {
  const long = files.flatMap(({ file, lines }) =>
    lines.flatMap((line, i) => ([...line].length > MOST_CHARACTERS ? [`${file}:${i + 1}`] : [])),
  );
  expect(long).toEqual([]);
});
