import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../support/errors.ts';
import { writeAtomic } from '../../support/files.ts';
import type { Hearing } from './cost.ts';

/** A recipe that was tried. */
export interface Trial {
  round: string;
  name: string;
  /** Hash of the recipe, epochs included: the same recipe is never tried twice. */
  key: string;
  /** CER on dev; absent where there was no time to finish. */
  dev_cer?: number;
  seconds: number;
  /** What it heard; none where it was not finished. */
  stages: Hearing[];
  /** Sets of features that it computed, or found. */
  features: string[];
}

/** What was tried, kept on disk line by line: a search that was killed goes on where it was. */
export class TrialJournal {
  readonly trials: Trial[];
  private readonly file: string;

  private constructor(file: string, trials: Trial[]) {
    this.file = file;
    this.trials = trials;
  }

  static async open(folder: string): Promise<TrialJournal> {
    const file = path.join(folder, 'trials.jsonl');
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return '';
      throw error;
    });
    // A line that was cut off by a kill is a trial that has to be done again.
    const lines = text.split('\n').slice(0, -1);
    if (!text.endsWith('\n')) await writeAtomic(file, lines.map((line) => `${line}\n`).join(''));
    return new TrialJournal(
      file,
      lines.map((line) => JSON.parse(line) as Trial),
    );
  }

  find(key: string): Trial | undefined {
    return this.trials.find((trial) => trial.key === key && trial.dev_cer !== undefined);
  }

  /** Seconds that all trials took, of earlier processes too. */
  get seconds(): number {
    return this.trials.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  async add(trial: Trial): Promise<void> {
    this.trials.push(trial);
    await appendFile(this.file, `${JSON.stringify(trial)}\n`);
  }
}
