import { readFileSync } from 'node:fs';
import path from 'node:path';
import { globSync } from 'tinyglobby';
import { configDefaults, defineConfig } from 'vitest/config';

const { exports: doors } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, string> };

/** Tests of public behaviour name the package; here its sources are meant. */
const alias = Object.entries(doors)
  .filter(([, file]) => file.startsWith('./dist/'))
  .map(([door, file]) => ({
    find: new RegExp(`^isogloss${door.slice(1)}$`),
    replacement: path.resolve(file.replace('dist', 'src').replace(/js$/, 'ts')),
  }));

/** What takes long, and is left to `npm run test:slow`: single tests, and files that begin with WHOLLY_SLOW. */
export const SLOW = [{ name: 'slow', description: 'takes long; run by npm run test:slow' }];
export const WHOLLY_SLOW = '@module-tag slow';

/** Files of tests in which these words stand. */
export const filesWith = (...words: string[]): string[] =>
  globSync('test/**/*.test.ts').filter((file) => {
    const text = readFileSync(file, 'utf8');
    return words.some((word) => text.includes(word));
  });

/** Which tests run. A setting that vitest's types have for its command line alone. */
export const tagged = (filter: string): object => ({ tagsFilter: [filter] });

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...filesWith(WHOLLY_SLOW)],
    tags: SLOW,
    ...tagged('!slow'),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
