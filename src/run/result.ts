import type { Confidence } from '../evaluate/calibration.ts';
import type { Scores } from '../evaluate/score.ts';
import type { SpeakerScores } from '../evaluate/speakers.ts';
import type { Machine } from '../onnx/runtime/machine.ts';
import type { SetAside } from '../support/errors.ts';
import type { TrainingFinding } from './findings/finding.ts';
import type { MemoryMode } from '../train/memory.ts';
import type { TextSummary } from '../dataset/texts.ts';
import type { Forgetting } from './forgetting.ts';
import type { InputChange } from './inputs.ts';
import type { SelfTraining } from './untranscribed/self-train.ts';

/** What `metrics.json` holds. */
export interface Metrics {
  test: Scores;
  dev: Scores;
  train: {
    epochs: number;
    seconds: number;
    frames_per_second: number;
    /**
     * Of each stage: whether it kept or computed anew, and in bytes what it was expected to take at most and what the
     * process has taken.
     */
    memory: { mode: MemoryMode; expected: number; most: number }[];
  };
  features: {
    seconds: number;
    real_time_factor: number | null;
    /** Files of the cache that were not as they had been written, and were computed anew. */
    damaged?: number;
  };
  /** What it ran on, at its end; runs of earlier versions don't say. */
  machine?: Pick<Machine, 'device' | 'threads'>;
  /** The same head on the untrained encoder. */
  baseline?: { test: Scores };
  /** What the words' confidences are worth; not for phones. */
  confidence?: Confidence;
  /** Of test, by who speaks; not there where no speaker is known. */
  speakers?: SpeakerScores;
  /** The same model decoded greedily, where it decodes by beam search. */
  greedy?: { test: Scores };
  /** The same hypotheses and references without their tones, where the language is written with any. */
  without_tones?: { test: Scores };
  /**
   * What a perfect choice among the n best hypotheses of beam search would give: how much a better language model could
   * gain.
   */
  oracle?: { nbest: number; test: Scores };
  /** What untranscribed speech has given, where the recipe names any. */
  self_training?: SelfTraining;
  /** Where training went on from an earlier model: that model on this test split, and both on the earlier run's. */
  before?: Forgetting['before'];
  forgetting?: Forgetting['forgetting'];
}

/** Of a step of the work, how much was there from before. */
export interface There {
  there: number;
  of: number;
}

/** What a run did not do again. */
export interface Reused {
  /** Decoded. */
  recordings: There;
  /** Of utterances that the frozen part of an encoder has heard. */
  features: There;
  epochs: There;
}

export interface RunResult {
  folder: string;
  metrics: Metrics;
  setAside: SetAside[];
  /** What became of the transcripts: also in `text.json`. Runs of earlier versions don't say. */
  text?: TextSummary;
  /** What went wrong in training, as far as it is known how: also in `findings.json`. */
  findings: TrainingFinding[];
  /** Whether all of it was there from an earlier run. */
  known: boolean;
  /** Where not all was: what was not done again. */
  reused?: Reused;
  /** Where an earlier run of the recipe worked on other inputs: what is different now. Its folder stays as it is. */
  changed?: { since: string; what: string; changes: InputChange[] };
}
