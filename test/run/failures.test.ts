import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildHead } from '../../src/head/head.ts';
import { Network } from '../../src/onnx/graph/network.ts';
import { recipeSchema } from '../../src/recipe/schema.ts';
import { Random } from '../../src/support/random.ts';
import { findProblems } from '../../src/run/findings.ts';
import type { RunFacts } from '../../src/run/findings/facts.ts';
import type { Examples } from '../../src/train/examples.ts';
import { featureExamples } from '../../src/train/feature-examples.ts';
import { train } from '../../src/train/loop.ts';
import { Measurer } from '../../src/train/measure.ts';

const [DIMS, TOKENS, BLANK] = [12, 5, 0];

interface Speech {
  utterances: number;
  frames: number;
  /** How many tokens an utterance has, drawn by lot. */
  tokens: number;
  /** How much the features say of the tokens; with 0 they are noise, and there is nothing to learn but by heart. */
  clearness?: number;
}

/** Features of noise, in which a token that is spoken may light up features of its own. */
function speech({ utterances, frames, tokens, clearness = 0 }: Speech, seed: string): Examples {
  const random = new Random(seed);
  const targets = Array.from({ length: utterances }, () =>
    Int32Array.from({ length: tokens }, () => 1 + random.int(TOKENS - 1)),
  );
  const features = targets.map((target) => {
    const values = Float32Array.from({ length: frames * DIMS }, () => random.normal());
    target.forEach((token, i) => {
      const start = Math.floor(((i + 0.3) * frames) / tokens);
      for (let t = start; t < start + 3; t++) values[t * DIMS + token * 2]! += clearness;
    });
    return values;
  });
  return featureExamples(
    targets.map(() => frames),
    DIMS,
    targets,
    (i, memory) => {
      memory.set(features[i]!);
      return Promise.resolve(features[i]!.length);
    },
  );
}

/** Trains as a recipe's settings say and gives what the run would know of itself. */
async function facts(
  spoken: Speech,
  kind: 'linear' | 'mlp',
  training: { epochs: number; learning_rate: number },
): Promise<RunFacts> {
  const sets = { train: speech(spoken, 'train'), dev: speech({ ...spoken, utterances: 20 }, 'dev') };
  const recipe = recipeSchema.parse({
    name: 'x',
    language: 'it',
    corpus: 'mine',
    head: { kind, dims: 32, context: 2, dropout: 0 },
    training,
  });
  const build = (trainable: boolean) => {
    const network = new Network(trainable);
    return {
      network,
      logits: buildHead(network, { ...recipe.head, phones: undefined }, { layers: 1, dims: DIMS }, TOKENS),
    };
  };
  const { epochs, weights } = await train({
    build,
    blank: BLANK,
    ...sets,
    folder: await mkdtemp(path.join(tmpdir(), 'failures-')),
    settings: {
      epochs: recipe.training.epochs,
      patience: recipe.training.patience,
      batchFrames: 300,
      learningRate: recipe.training.learning_rate,
      schedule: 'constant',
      warmup: 0,
      weightDecay: 0,
      clip: 1,
      seed: 1,
      specAugment: { timeMasks: 0, timeWidth: 0, featureMasks: 0, featureWidth: 0 },
    },
  });
  const measurer = await Measurer.compile(build(false), sets.dev, BLANK, 300);
  const { hypotheses } = await measurer.measure(weights);
  await measurer.release();
  return {
    recipe,
    epochs,
    utterances: 0,
    tooLong: 0,
    heldOutTokens: 0,
    unseen: new Map(),
    hypotheses: hypotheses.map((ids) => ids.join(' ')),
  };
}

/** Utterances of noise, and of noise in which tokens stand out. */
const [NOISE, SOUNDS] = [
  { utterances: 60, frames: 40, tokens: 1 },
  { utterances: 60, frames: 40, tokens: 2, clearness: 5 },
];

const figure = (value: number): string => value.toPrecision(3);

describe('a real training', () => {
  it('finds nothing but blanks in noise, and comes to rest', async () => {
    const known = await facts(NOISE, 'linear', { epochs: 30, learning_rate: 0.03 });
    const { kind, what, advice } = findProblems(known)[0]!;
    expect(kind).toBe('all-blank');
    expect(what).toBe(
      `nothing but blanks was written for ${empty(known)} of 20 dev utterances (best dev CER ${best(known)} %, training loss ${figure(known.epochs[0]!.train_loss)} at first and ${figure(known.epochs.at(-1)!.train_loss)} at last)`,
    );
    expect(advice).toMatch(
      /^The loss has come to rest\..*corpus audit.*raise training\.learning_rate from 0\.03 to 0\.09\.$/,
    );
  });

  it('that is too short is all blank, and with the epochs that are advised it is not', async () => {
    const short = findProblems(await facts(SOUNDS, 'linear', { epochs: 6, learning_rate: 0.03 }));
    expect(short).toMatchObject([
      {
        kind: 'all-blank',
        what: expect.stringContaining('for 20 of 20 dev utterances (best dev CER 100.0 %') as unknown,
      },
    ]);
    const epochs = Number(/raise training\.epochs from 6 to (\d+)\.$/.exec(short[0]!.advice)![1]);
    const longer = await facts(SOUNDS, 'linear', { epochs, learning_rate: 0.03 });
    expect(findProblems(longer)).toEqual([]);
    expect(Number(best(longer))).toBeLessThan(70);
  });

  it('writes blanks on dev and learns by heart: more epochs would not help', async () => {
    const known = await facts(NOISE, 'mlp', { epochs: 30, learning_rate: 0.01 });
    const end = known.epochs.at(-1)!;
    expect(end.train_loss).toBeLessThan(end.dev_loss / 2);
    const [finding, ...others] = findProblems(known);
    expect(finding).toMatchObject({
      kind: 'all-blank',
      advice: expect.stringContaining(
        `In epoch ${end.epoch} the loss was ${figure(end.train_loss)} a token in training and ${figure(end.dev_loss)} on dev. It knows its training speech by heart.`,
      ) as unknown,
    });
    expect(others).toEqual([]);
  });

  it.each([
    {
      seen: 'the epoch that was kept',
      which: /epoch \d+, the one that was kept \(dev CER /,
      spoken: { utterances: 20, frames: 20, tokens: 3, clearness: 2 },
      learning_rate: 0.02,
    },
    {
      seen: 'the last, where nothing better came after a poor one',
      which: /epoch \d+, the last \(of epoch \d+, which was kept, dev CER is /,
      spoken: { utterances: 60, frames: 20, tokens: 3 },
      learning_rate: 0.03,
    },
  ])('knows its few utterances by heart, as is seen in $seen', async ({ which, spoken, learning_rate }) => {
    const known = await facts(spoken, 'mlp', { epochs: 40, learning_rate });
    const [finding, ...others] = findProblems(known);
    expect(finding!.kind).toBe('dev-far-worse');
    const [, dev, train, epoch] = /a loss of (\S+) a token against (\S+) in epoch (\d+)/.exec(finding!.what)!;
    const seen = known.epochs[Number(epoch) - 1]!;
    expect([dev, train]).toEqual([figure(seen.dev_loss), figure(seen.train_loss)]);
    expect(seen.dev_loss).toBeGreaterThan(2 * seen.train_loss);
    expect(finding!.what).toMatch(which);
    expect(finding!.what).toContain(`${best(known)} %`);
    expect(finding!.advice).toMatch(/raise head\.dropout from 0 to 0\.2/);
    expect(others).toEqual([]);
  });

  it('that goes well has nothing to be said of it', async () => {
    const known = await facts({ utterances: 100, frames: 40, tokens: 4, clearness: 5 }, 'linear', {
      epochs: 20,
      learning_rate: 0.01,
    });
    expect(Number(best(known))).toBeLessThan(50);
    expect(findProblems(known)).toEqual([]);
  });
});

const empty = ({ hypotheses }: RunFacts): number => hypotheses.filter((hypothesis) => hypothesis === '').length;

/** The lowest CER on dev in percent, as findings have it. */
const best = ({ epochs }: RunFacts): string => (100 * Math.min(...epochs.map(({ dev_cer }) => dev_cer))).toFixed(1);
