import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { breakDown } from '../../src/evaluate/breakdown.ts';
import { loadRun } from '../../src/evaluate/load.ts';
import { alignPairs } from '../../src/evaluate/score.ts';
import { tokeniser } from '../../src/evaluate/tokens.ts';
import { runRecipe } from '../../src/run/run.ts';
import type { RunResult } from '../../src/run/result.ts';
import { writeSmallCorpus } from './small-corpus.ts';

let run: RunResult;

/** Ana is in all parts, Bea in test alone; of one test utterance nobody knows who speaks. */
const SPEAKERS: Record<string, string | undefined> = { m: 'ana', n: 'bea', o: 'bea', p: undefined };

beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'voices-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  const utterances = Array.from('abcdefghijklmnop', (name) => {
    const speaker = name in SPEAKERS ? SPEAKERS[name] : 'ana';
    const split = name in SPEAKERS ? ('test' as const) : name === 'l' ? ('dev' as const) : ('train' as const);
    return { id: name, audio: `${name}.wav`, text: `su ${name}`, split, ...(speaker !== undefined && { speaker }) };
  });
  await writeSmallCorpus(folder, utterances);
  const recipe = path.join(folder, 'voices.yaml');
  const small = { encoder: { model: 'embedded-small' }, head: { kind: 'linear' }, training: { epochs: 1 } };
  await writeFile(recipe, JSON.stringify({ name: 'voices', language: 'it', corpus: folder, ...small }));
  run = await runRecipe(recipe, { runs: path.join(folder, 'runs') });
});
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('a run that tests on voices known and new', () => {
  it('scores them apart, and each speaker', () => {
    const { seen, unseen, each } = run.metrics.speakers!;
    expect([seen!.utterances, unseen!.utterances]).toEqual([1, 2]);
    expect(each.map(({ group, utterances, seen: heard }) => [group, utterances, heard])).toEqual([
      ['ana', 1, true],
      ['bea', 2, false],
    ]);
  });

  it('says so in its hypotheses, by which score --by seen goes', async () => {
    const { pairs, rule } = await loadRun(run.folder);
    const groups = breakDown(alignPairs(pairs, tokeniser(rule)), 'seen');
    expect(groups.map(({ group, utterances }) => [group, utterances])).toEqual([
      ['voices that training heard', 1],
      ['new voices', 2],
      ['unknown', 1],
    ]);
  });

  it('shows both in its report', async () => {
    const html = await readFile(path.join(run.folder, 'report.html'), 'utf8');
    expect(html).toContain('test, new voices');
    expect(html).toContain('bea, a new voice');
  });
});
