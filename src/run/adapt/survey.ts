import path from 'node:path';
import { AudioCache } from '../../audio/cache.ts';
import { audioPath, readManifest } from '../../corpus/manifest.ts';
import { findCorpus } from '../../corpus/source.ts';
import type { Utterance } from '../../corpus/utterance.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import { InputError, IsoglossError } from '../../support/errors.ts';
import { silent, type Progress } from '../../support/progress.ts';

/** What a corpus is like, as far as a recipe for it depends on that. */
export interface CorpusSurvey {
  utterances: number;
  /** Recordings or stretches that can't be read: a run lists each with its reason. */
  unreadable: number;
  minutes: number;
  speakers: string[];
  /** The language that every utterance names, if they agree. */
  language?: string;
  /** Utterances with digits in them, and of these those whose digits all stand right behind a letter, as tones do. */
  digits: { utterances: number; afterLetters: number };
}

const GROUP = 64;

/**
 * Reads a corpus's manifest and decodes its recordings (they stay in the cache, where training finds them).
 * @param corpus names in ./corpora, or folders
 * @throws InputError when there is no manifest, or nothing in it can be read
 */
export async function surveyCorpus(
  corpus: readonly string[],
  { progress = silent, signal }: { progress?: Progress | undefined; signal?: AbortSignal | undefined } = {},
): Promise<CorpusSurvey> {
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const survey = { seconds: 0, utterances: 0, unreadable: 0, withDigits: 0, afterLetters: 0 };
  const speakers = new Set<string>();
  const languages = new Set<string | undefined>();
  const task = progress('look at the corpus', undefined, 'utterances');
  for (const name of corpus) {
    const { folder } = findCorpus(name);
    for await (const group of grouped(readManifest(folder))) {
      signal?.throwIfAborted();
      await cache.fill(group.map((u) => ({ file: audioPath(folder, u), start: u.start, end: u.end })));
      for (const utterance of group) {
        const seconds = await secondsOf(cache, folder, utterance);
        survey.utterances++;
        if (seconds === undefined) survey.unreadable++;
        survey.seconds += seconds ?? 0;
        speakers.add(utterance.speaker ?? '');
        languages.add(utterance.language);
        if (!/\d/.test(utterance.text)) continue;
        survey.withDigits++;
        if (!/(?<!\p{L}\p{M}*\d*)\d/u.test(utterance.text)) survey.afterLetters++;
      }
      task.advance(group.length);
    }
  }
  task.done();
  if (survey.seconds === 0)
    throw new InputError(
      `none of the ${survey.utterances} utterances of ${corpus.join(', ')} has a recording that can be read`,
      `isogloss corpus audit ${corpus[0] ?? ''} says why, one by one.`,
    );
  const [language, ...others] = [...languages];
  return {
    utterances: survey.utterances,
    unreadable: survey.unreadable,
    minutes: survey.seconds / 60,
    speakers: [...speakers].filter((speaker) => speaker !== '').sort(),
    ...(language !== undefined && others.length === 0 && { language }),
    digits: { utterances: survey.withDigits, afterLetters: survey.afterLetters },
  };
}

async function* grouped(manifest: AsyncIterable<{ utterance: Utterance }>): AsyncGenerator<Utterance[]> {
  let group: Utterance[] = [];
  for await (const { utterance } of manifest) {
    group.push(utterance);
    if (group.length < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function secondsOf(cache: AudioCache, folder: string, utterance: Utterance): Promise<number | undefined> {
  try {
    return (await cache.read(audioPath(folder, utterance), utterance)).length / 16000;
  } catch (error) {
    if (error instanceof IsoglossError) return undefined;
    throw error;
  }
}
