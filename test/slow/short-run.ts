import { execa, type ResultPromise } from 'execa';

export interface Scores {
  cer: number;
  wer: number;
  utterances: number;
  seconds_audio: number;
}

/** What `run --json` prints. */
export interface RunAnswer {
  folder: string;
  known: boolean;
  metrics: { test: Scores; dev: Scores; baseline?: { test: Scores }; train: { epochs: number } };
}

export const isogloss = (args: string[], options = {}): ResultPromise =>
  execa('node', ['bin/run.js', ...args], { reject: false, ...options });

/** A few minutes of the real corpus, so that a run takes seconds. */
export const SHORT = `name: short
language: it
corpus: asterisk-it
split: { test: { minutes: 1 }, dev: { minutes: 1 }, train: { minutes: 3 } }
text: { digits: spell }
encoder: { layer: 4 }
head: { kind: mlp, dims: 128 }
training: { epochs: 8 }
baseline: { random_encoder: false }
`;

/** All that stderr may have of a run without progress: findings. */
export const WARNINGS = /^(warning: .*\n {2}→ .*\n?)*$/;
