import { execa } from 'execa';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import type { Utterance } from '../../src/corpus/utterance.ts';
import { recipeSchema, type Recipe } from '../../src/recipe/schema.ts';
import { findProblems } from '../../src/run/findings.ts';
import type { RunFacts } from '../../src/run/findings/facts.ts';
import type { TrainingFinding } from '../../src/run/findings/finding.ts';
import { runRecipe } from '../../src/run/run.ts';
import type { RunResult } from '../../src/run/result.ts';
import type { EpochRecord } from '../../src/train/task.ts';

const recipeOf = (fields: object = {}): Recipe =>
  recipeSchema.parse({ name: 'x', language: 'it', corpus: 'mine', ...fields });
/** Rows of loss in training, loss on dev, CER on dev, and the gradients' norm. */
const epochsOf = (rows: readonly (readonly [number, number, number, number])[]): EpochRecord[] =>
  rows.map(([train_loss, dev_loss, dev_cer, gradient_norm], i) => ({
    epoch: i + 1,
    train_loss,
    dev_loss,
    dev_cer,
    gradient_norm,
    learning_rate: 0.003,
    seconds: 1,
  }));

/** Three minutes of Italian with an mlp head: every second epoch, as it was. */
const GOOD = epochsOf([
  [5.56, 3.26, 0.98, 17.3],
  [2.32, 2.05, 0.66, 3.16],
  [1.74, 1.55, 0.46, 2.74],
  [1.49, 1.41, 0.42, 2.44],
  [1.28, 1.31, 0.39, 2.35],
  [1.14, 1.31, 0.35, 2.05],
  [1.04, 1.27, 0.35, 1.93],
  [0.95, 1.23, 0.33, 1.63],
  [0.92, 1.22, 0.33, 1.5],
  [0.88, 1.21, 0.32, 1.48],
]);
/** A toy language with an mlp head and a learning rate of 1. */
const THROWN = epochsOf([
  [4.11, 2.28, 0.9, 6.3],
  [2.85, 1.86, 0.71, 4.4],
  [1.81, 1.84, 0.65, 0.9],
  [2.59, 1.4, 0.67, 5.6],
  [1.92, 1.79, 1, 1],
  [2.17, 1.8, 1, 2.6],
  [5.29, 1.71, 1, 7.1],
  [1.72, 1.68, 1, 0.97],
]);
/** The same with a learning rate of 1000. */
const BROKEN = epochsOf([
  [1.79e12, 3.3e15, 0.88, 2.7e9],
  [8.57e18, 1.36e23, 0.83, 3.3e16],
  [0, 1.36e23, 0.83, 0],
  [0, 1.36e23, 0.83, 0],
]);

const facts = (change: Partial<RunFacts> = {}): RunFacts => ({
  recipe: recipeOf(),
  epochs: GOOD,
  utterances: 200,
  tooLong: 0,
  heldOutTokens: 3000,
  unseen: new Map(),
  hypotheses: ['ciao', '', 'come stai'],
  ...change,
});
const found = (change: Partial<RunFacts> = {}): TrainingFinding[] => findProblems(facts(change));
const kinds = (change: Partial<RunFacts> = {}): string[] => found(change).map(({ kind }) => kind);

describe('a training that went well', () => {
  it('has nothing to be said of it', () => {
    expect(found()).toEqual([]);
    expect(found({ epochs: GOOD.slice(0, 1) })).toEqual([]);
    // The weights that are kept were there before it went wrong.
    expect(
      found({ epochs: [...GOOD, { ...GOOD.at(-1)!, epoch: 11, train_loss: 0.3, dev_loss: 1.6, dev_cer: 0.34 }] }),
    ).toEqual([]);
  });

  it('may be a little uneven, and doubles a loss near zero', () => {
    expect(
      found({
        epochs: epochsOf([
          [2, 1.5, 0.4, 2],
          [1, 1, 0.3, 2],
          [1.14, 1, 0.3, 2],
          [0.05, 0.06, 0.01, 1],
          [0.11, 0.07, 0.02, 1],
        ]),
      }),
    ).toEqual([]);
  });
});

describe('a learning rate that is too high', () => {
  it('throws the loss about', () => {
    const [finding] = found({ epochs: THROWN, recipe: recipeOf({ training: { learning_rate: 1 } }) });
    expect(finding).toEqual({
      kind: 'learning-rate-too-high',
      what: 'the training loss rose from 1.81 in epoch 3 to 5.29 in epoch 7, with gradients of norm 7.10 (training.clip is 1)',
      advice: 'Lower training.learning_rate from 1 to 0.003.',
    });
    expect(found({ epochs: THROWN })[0]!.advice).toBe('Lower training.learning_rate from 0.003 to 0.001.');
  });

  it('ends in no numbers at all', () => {
    expect(found({ epochs: BROKEN })[0]).toMatchObject({
      kind: 'learning-rate-too-high',
      what: 'training broke down: in epoch 3 no step had a loss that is a number',
    });
    expect(kinds({ epochs: [{ ...GOOD[0]!, train_loss: NaN }] })).toContain('learning-rate-too-high');
  });
});

describe('nothing but blanks', () => {
  const hypotheses = ['', '', 'a', ''];
  /** An encoder from nothing, in its first epochs; and a training that ended where it says what is most frequent. */
  const [falling, resting] = [
    epochsOf([
      [4.15, 3.49, 1, 9],
      [3.7, 3.3, 1, 6],
    ]),
    epochsOf([
      [2.1, 1.7, 1, 2],
      [1.74, 1.68, 1, 0.2],
      [1.73, 1.68, 1, 0.2],
      [1.73, 1.68, 1, 0.2],
      [1.72, 1.68, 1, 0.2],
    ]),
  ];

  it('is no failure of a few utterances', () => {
    expect(kinds({ hypotheses: ['', 'a', 'b'] })).toEqual([]);
  });

  it('needs more epochs while the loss falls', () => {
    const recipe = recipeOf({ training: { epochs: 2 } });
    expect(found({ hypotheses, epochs: falling, recipe })).toEqual([
      {
        kind: 'all-blank',
        what: 'nothing but blanks was written for 3 of 4 dev utterances (best dev CER 100.0 %, training loss 4.15 at first and 3.70 at last)',
        advice: 'The loss was still falling at the end: raise training.epochs from 2 to 4.',
      },
    ]);
  });

  it('needs more patience where training gave up before its end', () => {
    expect(found({ hypotheses, epochs: falling })[0]!.advice).toBe(
      'The loss was still falling when training gave up after 2 of 27 epochs: raise training.patience from 12 to 27.',
    );
  });

  it('has another cause where the loss has come to rest', () => {
    expect(found({ hypotheses, epochs: resting })[0]!.advice).toMatch(
      /come to rest.*corpus audit.*raise training\.learning_rate from 0\.003 to 0\.009\.$/,
    );
  });

  it('is put down to the learning rate where that is too high', () => {
    const both = found({ hypotheses, epochs: THROWN });
    expect(both.map(({ kind }) => kind)).toEqual(['learning-rate-too-high', 'all-blank']);
    expect(both[1]!.advice).toBe(both[0]!.advice);
  });
});

describe('transcripts that are too long for their recordings', () => {
  it('are told from one in fifty on', () => {
    expect(kinds({ tooLong: 3 })).toEqual([]);
    const [finding] = found({ tooLong: 4 });
    expect(finding).toMatchObject({
      kind: 'targets-too-long',
      what: 'the transcripts of 4 of 200 utterances (2.0 %) need more frames of 20 ms than their recordings have',
    });
    expect(finding!.advice).toMatch(/set-aside\.jsonl.*text\.profile \(now \[\]\)/);
    expect(found({ tooLong: 4, recipe: recipeOf({ text: { unit: 'phones' } }) })[0]!.advice).not.toMatch(
      /text\.profile/,
    );
  });
});

describe('symbols that training never saw', () => {
  it('are told with their numbers, most frequent first', () => {
    const [finding] = found({
      unseen: new Map([
        ['x', 2],
        ['ß', 12],
        ['j', 2],
      ]),
    });
    expect(finding).toMatchObject({
      kind: 'unseen-symbols',
      what: 'dev and test have symbols that training never saw: ß 12×, j 2×, x 2×; 0.5 % of their 3000 tokens are errors for certain',
    });
    expect(finding!.advice).toBe(
      'Write in text.map what stands for them (now {}); or split.seed from 1 to 2 draws another split.',
    );
  });

  it('are worth a word from one token in a thousand on', () => {
    expect(kinds({ unseen: new Map([['x', 2]]) })).toEqual([]);
    expect(kinds({ unseen: new Map([['x', 3]]) })).toEqual(['unseen-symbols']);
  });

  it('are fewer with more training speech, where there is some', () => {
    const { advice } = found({
      unseen: new Map([['x', 30]]),
      recipe: recipeOf({ split: { train: { minutes: 3 } }, text: { unit: 'phones' } }),
    })[0]!;
    expect(advice).toBe(
      'Raise split.train.minutes from 3, or leave it out to train on all there is; or split.seed from 1 to 2 draws another split.',
    );
  });

  it('are not all listed when there are many', () => {
    const { what } = found({ unseen: new Map(Array.from('abcdefghijkl', (letter) => [letter, 2])) })[0]!;
    expect(what).toMatch(/a 2×, .*h 2× and 4 more; 0\.8 %/);
  });
});

describe('dev far worse than training', () => {
  const apart = [...GOOD.slice(0, 5), { ...GOOD.at(-1)!, epoch: 6, train_loss: 0.41, dev_loss: 1.33, dev_cer: 0.31 }];

  it('is told of the epoch that was kept, with what there is left to change', () => {
    const [finding] = found({ epochs: apart });
    expect(finding).toMatchObject({
      kind: 'dev-far-worse',
      what: 'dev is far worse than training: a loss of 1.33 a token against 0.410 in epoch 6, the one that was kept (dev CER 31.0 %)',
    });
    expect(finding!.advice).toMatch(
      /raise head\.dropout from 0\.2 to 0\.3, set training\.speeds from \[1\] to \[0\.9, 1, 1\.1\]\.$/,
    );
    expect(found({ epochs: apart, recipe: recipeOf({ head: { kind: 'transformer' } }) })[0]!.advice).toMatch(
      /set head\.kind from transformer to mlp\.$/,
    );
    const done = recipeOf({ head: { kind: 'mlp', dropout: 0.3 }, training: { speeds: [0.9, 1, 1.1] } });
    expect(found({ epochs: apart, recipe: done })[0]!.advice).toMatch(/helps most\.$/);
    expect(
      found({
        epochs: apart,
        recipe: recipeOf({ train: 'all', encoder: { model: 'new' }, split: { train: { minutes: 5 } } }),
      })[0]!.advice,
    ).toMatch(
      /without it, raise head\.dropout from 0\.2 to 0\.3, set training\.augment to \{\}, raise split\.train\.minutes from 5\.$/,
    );
  });

  it('is not looked for where the losses mean nothing', () => {
    expect(kinds({ epochs: BROKEN })).toEqual(['learning-rate-too-high']);
  });
});

describe('a run of several stages', () => {
  const recipe = recipeOf({
    stages: [
      { train: 'head', epochs: 10, learning_rate: 0.003 },
      { train: 'all', epochs: 3, learning_rate: 0.01 },
    ],
  });
  const first = GOOD.map((epoch) => ({ ...epoch, stage: 'head' }));
  const later = (rows: Parameters<typeof epochsOf>[0]): EpochRecord[] =>
    epochsOf(rows).map((epoch) => ({ ...epoch, epoch: epoch.epoch + 10, stage: 'all' }));

  it('has each measured by itself: another part that learns begins with another loss', () => {
    expect(
      kinds({
        recipe,
        epochs: [
          ...first,
          ...later([
            [1.6, 1.4, 0.4, 3],
            [0.9, 1.2, 0.3, 2],
            [0.8, 1.1, 0.29, 2],
          ]),
        ],
      }),
    ).toEqual([]);
  });

  it('has the field named that belongs to the stage', () => {
    const thrown = found({
      recipe,
      epochs: [
        ...first,
        ...later([
          [1.6, 1.4, 0.4, 3],
          [4.9, 3.2, 0.9, 30],
          [2.8, 3.1, 1, 20],
        ]),
      ],
    });
    expect(thrown.map(({ advice }) => advice)).toEqual(['Lower stages[1].learning_rate from 0.01 to 0.003.']);
    expect(thrown[0]!.what).toMatch(/from 1\.60 in epoch 11 to 4\.90 in epoch 12/);
    const blank = found({
      recipe,
      hypotheses: [''],
      epochs: [
        ...first,
        ...later([
          [3.6, 3.4, 1, 3],
          [3.3, 3.2, 1, 3],
          [3, 3, 1, 3],
        ]),
      ],
    });
    expect(blank.map(({ advice }) => advice)).toEqual([
      'The loss was still falling at the end: raise stages[1].epochs from 3 to 6.',
    ]);
  });
});

describe('a run with all that is wrong', () => {
  let folder: string;
  let result: RunResult;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'findings-'));
    vi.stubEnv('ISOGLOSS_CACHE', path.join(folder, 'cache'));
    const utterances: Utterance[] = [];
    for (let i = 0; i < 30; i++) {
      await writeWav(
        path.join(folder, `${i}.wav`),
        Float32Array.from({ length: 12_000 }, (_, t) => 0.3 * Math.sin((t * (i + 5)) / 60)),
      );
      // Each has a letter of its own, so that those of dev and test are not in the vocabulary; two are too long for their 0.75 s.
      utterances.push({
        id: `${i}`,
        audio: `${i}.wav`,
        text: i < 2 ? 'parola '.repeat(10 + i) : `la ${String.fromCodePoint(0x430 + i)}`,
      });
    }
    await writeManifest(folder, utterances);
    const recipe = {
      name: 'wrong',
      language: 'it',
      corpus: folder,
      split: { dev: { minutes: 0.05 }, test: { minutes: 0.05 } },
      train: 'all',
      training: { epochs: 3, batch_seconds: 4, learning_rate: 1e6 },
      encoder: {
        model: 'new',
        architecture: {
          conv_widths: [8, 8, 8, 8, 8, 8, 16],
          dims: 32,
          blocks: 1,
          heads: 2,
          feed_forward: 32,
          position_kernel: 3,
          position_groups: 4,
        },
      },
    };
    await writeFile(path.join(folder, 'wrong.yaml'), JSON.stringify(recipe));
    result = await runRecipe(path.join(folder, 'wrong.yaml'), { runs: path.join(folder, 'runs') });
  }, 300_000);
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it('finds it, and says which field to change', () => {
    expect(result.findings.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['learning-rate-too-high', 'targets-too-long', 'unseen-symbols']),
    );
    expect(result.findings[0]!.advice).toBe('Lower training.learning_rate from 1000000 to 0.003.');
    expect(result.findings.find(({ kind }) => kind === 'targets-too-long')!.what).toMatch(
      /of 2 of 30 utterances \(6\.7 %\)/,
    );
    const unseen = result.findings.find(({ kind }) => kind === 'unseen-symbols')!.what;
    const shown = [...unseen.matchAll(/(\S) 1×/g)];
    expect(shown.length).toBeGreaterThanOrEqual(6);
    expect(shown.every(([, letter]) => /\p{Script=Cyrillic}/u.test(letter!))).toBe(true);
  });

  it('keeps what was found beside the metrics, and tells it again', async () => {
    expect(JSON.parse(await readFile(path.join(result.folder, 'findings.json'), 'utf8'))).toEqual(result.findings);
    const again = await runRecipe(path.join(folder, 'wrong.yaml'), { runs: path.join(folder, 'runs') });
    expect(again).toEqual({ ...result, known: true, reused: undefined });
  });

  it('is warned of on stderr, and told as JSON', async () => {
    const run = async (...flags: string[]) =>
      execa(
        'node',
        [
          path.resolve('bin/run.js'),
          'run',
          path.join(folder, 'wrong.yaml'),
          '--runs',
          path.join(folder, 'runs'),
          ...flags,
        ],
        { reject: false },
      );
    const [text, json] = [await run(), await run('--json')];
    for (const { what, advice } of result.findings) expect(text.stderr).toContain(`warning: ${what}\n  → ${advice}`);
    expect(JSON.parse(json.stdout)).toMatchObject({ findings: result.findings });
    expect(json.stderr).toBe('');
    // Done, with something set aside.
    expect([text.exitCode, json.exitCode]).toEqual([3, 3]);
  }, 120_000);
});
