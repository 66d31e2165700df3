import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadManifest, writeManifest } from '../../../src/corpus/manifest.ts';
import { loadPairs } from '../../../src/evaluate/index.ts';
import { evaluateModels, runRecipe, type RunResult } from '../../../src/run/index.ts';
import { onNotice } from '../../../src/support/notices.ts';
import { checkpointFile } from '../../encoder/checkpoint/checkpoints.ts';
import { smallModel } from '../../model/small-model.ts';
import { smallRecipe, writeSmallCorpus } from '../small-corpus.ts';

let folder: string;
let run: RunResult;

/** All of it recorded anew: with speakers, tiers and its publisher's parts. */
async function writeOther(place: string): Promise<void> {
  await writeSmallCorpus(place);
  const utterances = await loadManifest(place);
  await writeManifest(
    place,
    utterances.map((utterance, i) => ({
      ...utterance,
      id: `other-${utterance.id}`,
      speaker: i % 2 === 0 ? 'ana' : 'cil',
      split: i < 10 ? ('test' as const) : ('train' as const),
      source: { file: 'tapes.eaf', tier: i < 3 ? 'word list' : 'story' },
      start: 0.25,
      end: 0.75,
    })),
  );
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'evaluate-'));
  vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
  const corpus = path.join(folder, 'mine');
  await writeSmallCorpus(corpus);
  const utterances = await loadManifest(corpus);
  await writeManifest(
    corpus,
    utterances.map((utterance, i) => ({ ...utterance, speaker: ['ana', 'bea'][i % 2]! })),
  );
  run = await runRecipe(smallRecipe(corpus, { epochs: 1 }), { runs: path.join(folder, 'runs') });
  await writeOther(path.join(folder, 'other'));
}, 120_000);
afterAll(() => {
  vi.unstubAllEnvs();
});

describe('a model on its own corpus', () => {
  it('is tried on what its training has not heard: as the run has tested it', async () => {
    const { split, heard, models } = await evaluateModels([run.folder], path.join(folder, 'mine'));
    expect({ split, heard }).toEqual({ split: 'all', heard: 16 - run.metrics.test.utterances });
    expect(models[0]!.scores).toEqual(run.metrics.test);
    expect(models[0]!.voices?.unseen).toBeUndefined();
  });
});

describe('models on another corpus', () => {
  it('are not looked for where there is no such corpus', async () => {
    await expect(evaluateModels(['no/such-model'], 'no-such-corpus')).rejects.toThrow('no corpus no-such-corpus');
  });

  it('have its digits as errors where they can’t write them, which is said', async () => {
    const corpus = path.join(folder, 'digits');
    await writeSmallCorpus(corpus);
    const utterances = await loadManifest(corpus);
    await writeManifest(
      corpus,
      utterances.map((utterance, i) => ({ ...utterance, start: 0.25, ...(i < 3 ? { text: `su ${i + 7}` } : {}) })),
    );
    const said: string[] = [];
    const unlisten = onNotice((text) => said.push(text));
    const out = path.join(folder, 'scored-digits');
    for (const model of [checkpointFile('ctc'), run.folder]) {
      await evaluateModels([model], corpus, { out });
      expect(await readFile(path.join(out, 'ref.trn'), 'utf8')).toMatch(/^su 7 \(/m);
    }
    unlisten();
    expect(said).toEqual(
      ['ctc', path.basename(run.folder).replace(/-[^-]+$/, '')].map(
        (name) =>
          expect.stringMatching(`^3 of 16 utterances of .*digits have digits, which ${name} can’t write`) as string,
      ),
    );
  });

  it('are compared on its published test, by speaker, tier and new voices', async () => {
    const other = await smallModel({ encoder: 'tiny', layers: [1] });
    const out = path.join(folder, 'scored');
    const corpus = path.join(folder, 'other');
    const { split, heard, models } = await evaluateModels([run.folder, other], corpus, { out });
    expect({ split, heard }).toEqual({ split: 'test', heard: 0 });
    const [first, second] = models;
    expect(first!.scores.utterances).toBe(10);
    expect(first!.speakers).toMatchObject([
      { group: 'ana', utterances: 5 },
      { group: 'cil', utterances: 5 },
    ]);
    expect(first!.tiers).toMatchObject([
      { group: 'story', utterances: 7 },
      { group: 'word list', utterances: 3 },
    ]);
    expect(first!.voices).toMatchObject({ seen: { utterances: 5 }, unseen: { utterances: 5 } });
    expect(second!.voices, 'its run is not there').toBeUndefined();
    expect(second!.comparison).toMatchObject({ utterances: 10, cer: { a: first!.scores.cer, b: second!.scores.cer } });
  });

  it('leave files that score as they do', async () => {
    const out = path.join(folder, 'files');
    const { models } = await evaluateModels([run.folder], path.join(folder, 'other'), { split: 'train', out });
    const pairs = await loadPairs(path.join(out, 'ref.trn'), path.join(out, 'hyp.trn'));
    const timed = await loadPairs(path.join(out, 'ref.stm'), path.join(out, 'hyp.ctm'));
    const said = (list: typeof pairs): string[] =>
      list.map(({ reference, hypothesis }) => `${reference}>${hypothesis}`);
    expect(said(pairs)).toHaveLength(6);
    expect(said(timed)).toEqual(said(pairs));
    expect(pairs[0]).toMatchObject({ id: 'ana-other-k', speaker: 'ana', reference: 'su k' });
    expect(await readFile(path.join(out, 'ref.stm'), 'utf8')).toMatch(/^k 1 ana 0\.250 0\.750 <o> su k\n/);
    expect(models[0]!.files).toContain(path.join(out, 'sys.txt'));
  });

  it('refuses a part that the corpus has not, and one that training has heard whole', async () => {
    await expect(evaluateModels([run.folder], path.join(folder, 'mine'), { split: 'test' })).rejects.toMatchObject({
      message: expect.stringContaining('not divided into parts') as unknown,
      next: expect.stringContaining('--split all') as unknown,
    });
    await expect(evaluateModels([run.folder], path.join(folder, 'other'), { split: 'dev' })).rejects.toThrow(
      'has no dev part',
    );
  });
});
