import { defineConfig } from 'vitest/config';
import quick, { filesWith, SLOW, tagged, WHOLLY_SLOW } from './vitest.config.ts';

export default defineConfig({
  resolve: quick.resolve,
  test: {
    include: filesWith(WHOLLY_SLOW, "tags: ['slow']"),
    globalSetup: 'test/slow/fetch-corpora.ts',
    tags: SLOW,
    ...tagged('slow'),
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
