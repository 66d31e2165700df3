import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditCorpus } from '../../src/corpus/audit/audit.ts';
import { aboutOf, writeAuditPage } from '../../src/run/audit-page.ts';
import { runRecipe } from '../../src/run/run.ts';
import type { Judged } from '../../src/run/suspects/judge.ts';
import { findSuspects, suspicious } from '../../src/run/suspects/suspects.ts';
import { writeSmallCorpus } from './small-corpus.ts';

let [folder, run] = ['', ''];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'suspects-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  const utterances = Array.from('abcdefghijklmnop', (name, i) => ({
    ...{ id: name, audio: `${name}.wav`, text: `su ${name}`, start: 0, end: 1 },
    split: i < 12 ? ('train' as const) : i < 14 ? ('dev' as const) : ('test' as const),
    source: { file: 'story & tale.eaf', tier: 'tx@Ama', annotation: `a${i}` },
  }));
  // More letters than a second has time for.
  utterances[15]!.text = 'su e giù '.repeat(20);
  await writeSmallCorpus(folder, utterances);
  const recipe = path.join(folder, 'small.yaml');
  const small = { encoder: { model: 'embedded-small' }, head: { kind: 'linear' }, training: { epochs: 1 } };
  await writeFile(recipe, JSON.stringify({ name: 'small', language: 'it', corpus: folder, ...small }));
  run = (await runRecipe(recipe, { runs: path.join(folder, 'runs') })).folder;
});
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('suspicious transcripts', () => {
  it('are looked for in all utterances, and it is said which the model has learnt from', async () => {
    const suspicion = await findSuspects(folder, run);
    expect(suspicion).toMatchObject({ judged: 16, learnt: 12 });
    expect(suspicion.suspects[0]).toMatchObject({
      ...{ item: 'p', why: 'no-path', learnt: false },
      source: { file: 'story & tale.eaf', tier: 'tx@Ama', annotation: 'a15' },
    });
    expect(aboutOf(suspicion)).toContain('It has learnt from 12 of them, which it believes more than it should');
  });

  it('are judged in folds by models that have not learnt from them', async () => {
    const suspicion = await findSuspects(folder, run, { folds: 3 });
    expect(suspicion).toMatchObject({ judged: 16, learnt: 0 });
    expect(aboutOf(suspicion)).toContain('learnt from none of them');
  });

  it('stand in the page with their sound and links to their annotations', async () => {
    const page = path.join(folder, 'pages', 'audit.html');
    await writeAuditPage(page, folder, await auditCorpus(folder), await findSuspects(folder, run));
    const html = await readFile(page, 'utf8');
    expect(html).toContain('the transcript has more letters than the recording has time for');
    expect(html).toContain('tier tx@Ama · annotation a15 · 00:00:00.000–00:00:01.000');
    expect(html).toContain('href="../story%20%26%20tale.eaf"');
    expect(html).toContain('href="../p.wav#t=0,1"');
    expect(html).toContain('src="data:audio/mpeg;base64,');
    expect(html).not.toContain('<script');
  });

  it('are not looked for with what is no run', async () => {
    await expect(findSuspects(folder, folder)).rejects.toThrow('not the folder of a finished run');
  });

  it('are those that stand out in their corpus, the furthest first', () => {
    const margins = [0.2, 0.3, 0.25, 0.2, 0.3, 7, 0.22, 0.31, 4, 0.28, Infinity];
    const judged = margins.map((margin) => ({ margin, cer: 0.2 }) as Judged);
    expect(suspicious(judged).map(({ margin }) => margin)).toEqual([Infinity, 7, 4]);
    expect(suspicious(margins.slice(0, 5).map((margin) => ({ margin, cer: 0.2 }) as Judged))).toEqual([]);
  });
});
