import { readFileSync } from 'node:fs';
import path from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

const { exports: doors } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, string> };

/** Tests of public behaviour name the package; here its sources are meant. */
const alias = Object.entries(doors)
  .filter(([, file]) => file.startsWith('./dist/'))
  .map(([door, file]) => ({
    find: new RegExp(`^isogloss${door.slice(1)}$`),
    replacement: path.resolve(file.replace('dist', 'src').replace(/js$/, 'ts')),
  }));

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/slow/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
