import { rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../support/errors.ts';
import { temporaryBeside } from '../support/files.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import type { RemovedSign } from '../text/removed-signs.ts';
import { writeArpa } from './arpa.ts';
import { writeBinary } from './binary.ts';
import { countTexts, mostFrequent } from './count.ts';
import type { Discounts } from './discounts.ts';
import { byEnding } from './by-ending.ts';
import { estimate } from './estimate.ts';
import { NgramModel } from './ngram-model.ts';
import type { TextUnits } from './units.ts';

const MEGABYTE = 1 << 20;
/** Longer n-grams gain nothing and cost memory. */
const MOST_ORDER = 12;

export interface BuildSettings extends TextUnits {
  /** Longest n-gram. */
  order: number;
  /** N-grams of order k that occur this often or less are left out, by k − 1; the last holds for longer ones too. */
  prune?: readonly number[] | undefined;
  /** Only so many of the most frequent tokens are kept. */
  vocabulary?: number | undefined;
  /**
   * Megabytes for counting; beyond them, sorted pieces go to disk beside the output. The finished model must fit in
   * memory all the same.
   */
  memory?: number;
}

export interface BuildResult {
  unit: 'word' | 'character';
  sentences: number;
  tokens: number;
  /** Lines with nothing left in them, or left out by the text's rules. */
  lines_left_out: number;
  /** Signs that the text's rules took out, the most frequent first; none without rules. */
  removed: RemovedSign[];
  /** Of each order. */
  ngrams: { count: number; discounts: readonly number[]; fallback: boolean }[];
  /** Sorted pieces that went to disk. */
  spilled: number;
}

/** Where a model goes: a binary that opens at once, an ARPA file for other programs, or both. */
export interface BuildOutput extends JobOptions {
  binary?: string | undefined;
  arpa?: string | undefined;
}

/**
 * Estimates an interpolated modified Kneser–Ney model from texts, a sentence a line, and writes it.
 * @example
 * await buildLanguageModel(['it.txt'], { unit: 'word', order: 3, rules: plainRules('it') }, { binary: 'it.lm' });
 * @throws InputError for settings that make no sense, or text that can't be used; WorkError when the disk is full
 */
export async function buildLanguageModel(
  texts: readonly string[],
  settings: BuildSettings,
  { binary, arpa, progress = silent, signal }: BuildOutput,
): Promise<BuildResult> {
  const target = binary ?? arpa;
  if (!target) throw new InputError('nowhere to write the model to', 'Name a binary or an ARPA file.');
  const folder = temporaryBeside(path.resolve(target));
  try {
    const { model, result } = await trainLanguageModel(texts, settings, folder, { progress, signal });
    const task = progress('writing');
    if (arpa) await writeArpa(arpa, model);
    if (binary) await writeBinary(binary, model);
    task.done([binary, arpa].filter(Boolean).join(', '));
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Estimates a model and gives it back.
 * @param folder made if memory doesn't suffice; the caller removes it
 */
export async function trainLanguageModel(
  texts: readonly string[],
  settings: BuildSettings,
  folder: string,
  { progress = silent, signal }: JobOptions = {},
): Promise<{ model: NgramModel; result: BuildResult }> {
  const { unit, rules, profile, order, vocabulary, memory = 1024 } = settings;
  const thresholds = thresholdsOf(settings);
  const bytes = memory * MEGABYTE;
  const sorter = byEnding(order, 1, bytes / 2, folder, 'ngrams', order);
  try {
    const counting = progress('counting', undefined, 'lines');
    const counts = await countTexts(texts, settings, order, sorter, counting, signal);
    counting.done(`${counts.running} tokens, ${counts.tokens.length - 3} different, in ${counts.sentences} sentences`);
    const kept = mostFrequent(counts.frequencies, vocabulary ?? Infinity);
    const estimating = progress('estimating');
    const { levels, discounts, ids } = await estimate(
      sorter.sorted(),
      order,
      { counts: thresholds, kept },
      { memory: bytes / 2, folder, signal },
    );
    estimating.done(levels.map((level) => `${level.count} ${level.order}-grams`).join(', '));
    const model = NgramModel.build(
      { unit, ...(rules ? { rules } : {}), ...(profile?.length ? { profile } : {}) },
      ids.map((id) => counts.tokens[id]!),
      levels,
    );
    const result = {
      unit,
      sentences: counts.sentences,
      tokens: counts.running,
      lines_left_out: counts.leftOut,
      removed: counts.removed.list,
      spilled: sorter.runs,
      ngrams: levels.map((level, i) => ({ count: level.count, ...summary(discounts[i]!) })),
    };
    return { model, result };
  } finally {
    sorter.close();
  }
}

const summary = ({ amounts, fallback }: Discounts) => ({ discounts: amounts, fallback });

/** A threshold for each order. */
function thresholdsOf({ order, prune = [], vocabulary, memory }: BuildSettings): number[] {
  const refuse = (what: string, next: string): never => {
    throw new InputError(what, next);
  };
  const whole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;
  if (!whole(order, 1) || order > MOST_ORDER)
    refuse(`no models of order ${order}`, `The order is a whole number from 1 to ${MOST_ORDER}.`);
  if (vocabulary !== undefined && !whole(vocabulary, 1))
    refuse(`a vocabulary of ${vocabulary} tokens`, 'Keep at least 1 token.');
  if (memory !== undefined && !(memory > 0)) refuse(`${memory} megabytes of memory`, 'Give more than 0.');
  if (!prune.every((count) => whole(count, 0)))
    refuse(`can’t prune by ${prune.join(',')}`, 'Give whole numbers from 0 on, e.g. 0,0,1.');
  if (prune.length > order)
    refuse(
      `${prune.length} thresholds to prune by, for a model of order ${order}`,
      'Give one for each order at most, that of the 1-grams first.',
    );
  if (prune.some((count, i) => i > 0 && count < prune[i - 1]!))
    refuse(
      `can’t prune by ${prune.join(',')}`,
      'The thresholds must not fall: a long n-gram can’t stay when its end goes.',
    );
  return Array.from({ length: order }, (_, i) => prune[i] ?? prune.at(-1) ?? 0);
}
