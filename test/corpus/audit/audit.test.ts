import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditCorpus } from '../../../src/corpus/audit/audit.ts';

beforeAll(async () => {
  vi.stubEnv('ISOGLOSS_CACHE', await mkdtemp(path.join(tmpdir(), 'cache-')));
});
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('an audit', () => {
  it('finds stretches that lie beyond their recording, and guesses at milliseconds', async () => {
    const { findings } = await auditCorpus('test/fixtures/cases/times-beyond-end');
    expect(findings.filter(({ severity }) => severity === 'error').map(({ item, what }) => [item, what])).toEqual([
      ['past', 'x.wav: stretch 1–60 s, the recording ends at 2.9 s'],
      ['ms', 'x.wav: stretch 1000–2500 s, the recording ends at 2.9 s: are these milliseconds?'],
    ]);
  });
});
