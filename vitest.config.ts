import path from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

/** Tests of public behaviour name the package; here its sources are meant. */
const [sources, rooms] = [
  path.resolve('src'),
  { score: 'evaluate', decode: 'decode', lm: 'lm', formats: 'formats', onnx: 'onnx' },
];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^isogloss$/, replacement: `${sources}/index.ts` },
      ...Object.entries(rooms).map(([name, room]) => ({
        find: `isogloss/${name}`,
        replacement: `${sources}/${room}/index.ts`,
      })),
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/slow/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
