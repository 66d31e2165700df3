import { InputError } from '../support/errors.ts';
import { RemovedSigns } from '../text/removed-signs.ts';
import type { Task } from '../support/progress.ts';
import { readLines } from './lines.ts';
import type { RecordSorter } from './record-sorter.ts';
import { BEGIN, END, tokensOf, UNKNOWN, type TextUnits } from './units.ts';
import { breathe } from './work.ts';

/** Ids of the model's own tokens; those of the text follow in the order in which they first occur, as in lmplz. */
export const [UNKNOWN_ID, BEGIN_ID, END_ID] = [0, 1, 2];

/** What stands in the texts, beside the n-grams that went into the sorter. */
export interface TextCounts {
  /** By id. */
  tokens: string[];
  /** How often each stands in the texts, by id; nothing for the model's own. */
  frequencies: number[];
  sentences: number;
  /** Without the ends of sentences. */
  running: number;
  /** Lines that are no sentence. */
  leftOut: number;
  /** Signs that the rules took out of the others. */
  removed: RemovedSigns;
}

/**
 * Adds every n-gram of the texts' sentences to the sorter: rows of `order` ids and a 1. Sentences begin with as many
 * `<s>` as there is context, and end with one `</s>`.
 */
export async function countTexts(
  files: readonly string[],
  units: TextUnits,
  order: number,
  sorter: RecordSorter,
  task: Task,
  signal?: AbortSignal,
): Promise<TextCounts> {
  const counts: TextCounts = {
    tokens: [UNKNOWN, BEGIN, END],
    frequencies: [0, 0, 0],
    sentences: 0,
    running: 0,
    leftOut: 0,
    removed: new RemovedSigns(),
  };
  const ids = new Map<string, number>();
  for (const file of files)
    for await (const { lines, first } of readLines(file)) {
      for (const [i, line] of lines.entries()) {
        const tokens = tokensOf(line, units, { file, line: first + i }, counts.removed);
        if (!tokens) counts.leftOut++;
        else addSentence(tokens, counts, ids, order, sorter);
      }
      task.advance(lines.length);
      await breathe(signal);
    }
  if (counts.running === 0)
    throw new InputError('there is no sentence in the text', 'Name files with a sentence a line.', { file: files[0]! });
  return counts;
}

function addSentence(
  tokens: readonly string[],
  counts: TextCounts,
  ids: Map<string, number>,
  order: number,
  sorter: RecordSorter,
): void {
  const context = new Uint32Array(order).fill(BEGIN_ID);
  const add = (id: number): void => {
    context.copyWithin(0, 1);
    context[order - 1] = id;
    const at = sorter.slot();
    sorter.records.set(context, at);
    sorter.records[at + order] = 1;
  };
  for (const token of tokens) {
    let id = ids.get(token);
    if (id === undefined) {
      id = counts.tokens.push(token) - 1;
      counts.frequencies.push(0);
      ids.set(token, id);
    }
    counts.frequencies[id]!++;
    add(id);
  }
  add(END_ID);
  counts.sentences++;
  counts.running += tokens.length;
}

/** 1 for the ids that a vocabulary of so many tokens keeps: the most frequent, the earlier of two that are equal. */
export function mostFrequent(frequencies: readonly number[], vocabulary: number): Uint8Array {
  const kept = new Uint8Array(frequencies.length).fill(1, 0, END_ID + 1);
  const ids = frequencies
    .map((_, id) => id)
    .slice(END_ID + 1)
    .sort((a, b) => frequencies[b]! - frequencies[a]! || a - b);
  for (const id of ids.slice(0, vocabulary)) kept[id] = 1;
  return kept;
}
