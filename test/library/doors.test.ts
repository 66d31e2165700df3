import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Name of a door, as programs write it → its source. */
const doors = new Map(
  Object.entries((json('package.json') as { exports: Record<string, string> }).exports)
    .filter(([, file]) => file.startsWith('./dist/'))
    .map(([door, file]) => [`isogloss${door.slice(1)}`, file.replace('dist', 'src').replace(/js$/, 'ts')]),
);

it('every room with an index.ts is a door of the package', () => {
  const rooms = readdirSync('src').filter((room) => existsSync(`src/${room}/index.ts`));
  expect([...doors.values()].sort()).toEqual(
    ['./src/index.ts', ...rooms.map((room) => `./src/${room}/index.ts`)].sort(),
  );
});

it('the doors are those that types, the reference and the page on the library know', () => {
  const { paths } = (json('tsconfig.json') as { compilerOptions: { paths: Record<string, string[]> } }).compilerOptions;
  expect(new Map(Object.entries(paths).map(([door, [file]]) => [door, file]))).toEqual(doors);
  const { entryPoints } = json('typedoc.json') as { entryPoints: string[] };
  expect(entryPoints.map((file) => `./${file}`).sort()).toEqual([...doors.values()].sort());
  const page = readFileSync('docs/library.md', 'utf8');
  for (const door of doors.keys()) expect(page).toContain(`\`${door}\``);
});
