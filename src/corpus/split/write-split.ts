import path from 'node:path';
import { AudioCache } from '../../audio/cache.ts';
import { SAMPLE_RATE } from '../../audio/format.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { writeNew } from '../../support/files.ts';
import { silent, type Progress } from '../../support/progress.ts';
import { byRecording } from '../by-recording.ts';
import { audioPath, loadManifest, manifestPath } from '../manifest.ts';
import { findCorpus } from '../source.ts';
import type { Utterance } from '../utterance.ts';
import { publishedParts } from './fixed.ts';
import { splitListText } from './list-file.ts';
import { stratified } from './order.ts';
import type { Criterion } from './plan.ts';
import type { Relaxed } from './relaxed.ts';
import { firstMinutes, splitCorpus, type SplitRule } from './split.ts';
import { PARTS, secondsOf, speakersOf, type Part, type Spoken } from './spoken.ts';

export interface SplitRequest {
  /** What test and train do not share; the published split, or the usual rules, if absent. */
  by?: Criterion | undefined;
  /** Minutes. */
  test: number;
  dev: number;
  /** Minutes of nested trainings: the first lies in the second, and so on. */
  train?: readonly number[] | undefined;
  seed: number;
  /** split.tsv in the corpus’s folder, if absent. */
  output?: string | undefined;
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

export interface PartSize {
  utterances: number;
  minutes: number;
  /** Minutes of each speaker that is known; none where no name is. */
  speakers: Record<string, number>;
}

export interface WrittenSplit {
  file: string;
  /** Whether the parts are those of its publisher. */
  published: boolean;
  parts: Record<Part, PartSize>;
  /** The nested trainings, the shortest first. */
  trainings: (PartSize & { asked: number })[];
  /** Rules that could not be kept. */
  relaxed: Relaxed[];
  setAside: SetAside[];
}

/**
 * Divides a corpus once and for all, and writes the list that a recipe's `split.file` takes. Train stands in an order
 * whose first minutes, however many, have all speakers in their shares: with `split.train.minutes` a recipe takes the
 * beginning of it.
 * @throws InputError when the list is there with another split, or the corpus is too small for one
 * @example await writeSplit('mboshi', { test: 5, dev: 3, train: [1, 5, 10], seed: 1 })
 */
export async function writeSplit(corpus: string, request: SplitRequest): Promise<WrittenSplit> {
  const { folder } = findCorpus(corpus);
  const utterances = await loadManifest(folder);
  const setAside: SetAside[] = [];
  const entries = await spokenOf(folder, utterances, setAside, request);
  const published = request.by === undefined ? publishedParts(utterances) : undefined;
  const split = splitCorpus(entries, ruleOf(request), { listed: published });
  const train = stratified(split.train);
  const trainings = [...new Set(request.train)].sort((a, b) => a - b);
  refuseLonger(trainings, train);

  const nested = trainings.map((asked) => ({ asked, entries: firstMinutes(train, asked) }));
  const file = request.output ?? path.join(folder, 'split.tsv');
  const text = splitListText([
    ...train.map(({ id }, i) => ({ id, split: 'train' as const, minutes: smallestWith(nested, i) })),
    ...split.dev.map(({ id }) => ({ id, split: 'dev' as const })),
    ...split.test.map(({ id }) => ({ id, split: 'test' as const })),
  ]);
  await writeNew(file, text, 'there is another split already: figures on two splits don’t compare');
  const sizes = PARTS.map((part) => [part, sizeOf(split[part])] as const);
  return {
    file,
    published: published !== undefined,
    parts: Object.fromEntries(sizes) as Record<Part, PartSize>,
    trainings: nested.map(({ asked, entries: own }) => ({ asked, ...sizeOf(own) })),
    relaxed: split.relaxed,
    setAside,
  };
}

const ruleOf = ({ seed, test, dev, by }: SplitRequest): SplitRule => ({
  seed,
  test: { minutes: test },
  dev: { minutes: dev },
  train: {},
  by,
});

/** What can be read, with its length: by the manifest, else by decoding it. */
async function spokenOf(
  folder: string,
  utterances: readonly Utterance[],
  setAside: SetAside[],
  { progress = silent, signal }: SplitRequest,
): Promise<Spoken[]> {
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const entries: Spoken[] = [];
  const task = progress('read lengths', utterances.length, 'utterances');
  for (const group of byRecording(utterances, ({ audio }) => audio, 64)) {
    signal?.throwIfAborted();
    for (const utterance of group) {
      const seconds = await lengthOf(cache, folder, utterance);
      if (typeof seconds === 'number') entries.push(spoken(folder, utterance, seconds));
      else setAside.push({ item: utterance.id, reason: seconds.message, place: { file: manifestPath(folder) } });
    }
    task.advance(group.length);
  }
  task.done();
  return entries;
}

async function lengthOf(cache: AudioCache, folder: string, utterance: Utterance): Promise<number | InputError> {
  const { start = 0, end, duration } = utterance;
  const told = duration ?? (end === undefined ? undefined : end - start);
  if (told !== undefined) return told;
  try {
    return (await cache.length(audioPath(folder, utterance), utterance)) / SAMPLE_RATE;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function spoken(folder: string, { id, audio, text, speaker, start, end }: Utterance, seconds: number): Spoken {
  return { id, seconds, recording: path.join(folder, audio), text: bare(text), speaker, start, end };
}

/** Letters and digits alone: no recipe says yet what else is text. */
const bare = (text: string): string =>
  text
    .normalize()
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu)
    ?.join(' ') ?? text;

function refuseLonger(trainings: readonly number[], train: readonly Spoken[]): void {
  const there = secondsOf(train) / 60;
  const longest = trainings.at(-1) ?? 0;
  if (longest > there * 1.05)
    throw new InputError(
      `train has ${there.toFixed(1)} minutes, ${longest} are asked for`,
      'Ask for less of train, or for shorter dev and test.',
    );
}

/** How many minutes the shortest training has that the utterance is in. */
const smallestWith = (
  nested: readonly { asked: number; entries: readonly Spoken[] }[],
  i: number,
): number | undefined => nested.find(({ entries }) => i < entries.length)?.asked;

function sizeOf(entries: readonly Spoken[]): PartSize {
  const minutes = (own: readonly Spoken[]): number => Number((secondsOf(own) / 60).toFixed(2));
  const names = [...speakersOf(entries)].sort();
  return {
    utterances: entries.length,
    minutes: minutes(entries),
    speakers: Object.fromEntries(names.map((name) => [name, minutes(entries.filter((e) => e.speaker === name))])),
  };
}
