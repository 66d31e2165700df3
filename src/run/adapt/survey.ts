import path from 'node:path';
import { AudioCache } from '../../audio/cache.ts';
import { readManifest } from '../../corpus/manifest.ts';
import { findCorpus } from '../../corpus/source.ts';
import { decodeAll, type Placed } from '../../dataset/decode-items.ts';
import { minutesOf } from '../../dataset/seconds.ts';
import { cacheFolder } from '../../support/cache-folder.ts';
import { InputError } from '../../support/errors.ts';
import { silent, type Progress } from '../../support/progress.ts';

/** What a corpus is like, as far as a recipe for it depends on that. */
export interface CorpusSurvey {
  utterances: number;
  /** Recordings or stretches that can't be read: a run lists each with its reason. */
  unreadable: number;
  minutes: number;
  speakers: string[];
  /** Whether it says itself what is for training, dev and test. */
  splitGiven: boolean;
  /** The language that every utterance names, if they agree. */
  language?: string;
  /** Utterances with digits in them, and of these those whose digits all stand right behind a letter, as tones do. */
  digits: { utterances: number; afterLetters: number };
}

/**
 * Reads a corpus's manifest and decodes its recordings (they stay in the cache, where training finds them).
 * @param corpus names in ./corpora, or folders
 * @throws InputError when there is no manifest, or nothing in it can be read
 */
export async function surveyCorpus(
  corpus: readonly string[],
  { progress = silent, signal }: { progress?: Progress | undefined; signal?: AbortSignal | undefined } = {},
): Promise<CorpusSurvey> {
  const placed: Placed[] = [];
  for (const name of corpus) {
    const { folder } = findCorpus(name);
    for await (const { utterance } of readManifest(folder)) placed.push({ utterance, folder });
  }
  const looking: Progress = (_, total, unit) => progress('look at the corpus', total, unit);
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const decoded = await decodeAll(placed, cache, [], { progress: looking, signal });
  if (decoded.length === 0)
    throw new InputError(
      `none of the ${placed.length} utterances of ${corpus.join(', ')} has a recording that can be read`,
      `isogloss corpus audit ${corpus[0] ?? ''} says why, one by one.`,
    );
  const utterances = placed.map(({ utterance }) => utterance);
  const [language, ...others] = new Set(utterances.map((utterance) => utterance.language));
  const withDigits = utterances.filter(({ text }) => /\d/.test(text));
  const afterLetters = withDigits.filter(({ text }) => !/(?<!\p{L}\p{M}*\d*)\d/u.test(text)).length;
  return {
    utterances: placed.length,
    unreadable: placed.length - decoded.length,
    minutes: minutesOf(decoded),
    speakers: [...new Set(utterances.flatMap(({ speaker }) => speaker ?? []))].sort(),
    splitGiven: utterances.some(({ split }) => split !== undefined),
    ...(language !== undefined && others.length === 0 && { language }),
    digits: { utterances: withDigits.length, afterLetters },
  };
}
