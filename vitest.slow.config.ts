import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import quick, { filesWith, SLOW, tagged, WHOLLY_SLOW } from './vitest.config.ts';

/** The longest of all files goes first: else the others would be done, and one processor idle, while it goes on. */
class MainJobFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isMain = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('/test/slow/main-job.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isMain), ...sorted.filter((file) => !isMain(file))];
  }
}

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
    sequence: { sequencer: MainJobFirst },
  },
});
