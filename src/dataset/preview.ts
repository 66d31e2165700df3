import path from 'node:path';
import { AudioCache } from '../audio/cache.ts';
import { durationByHeader } from '../audio/duration.ts';
import { SAMPLE_RATE } from '../audio/format.ts';
import { tooLong } from '../audio/stretches.ts';
import { audioPath } from '../corpus/manifest.ts';
import type { Relaxed } from '../corpus/split/relaxed.ts';
import { PARTS, type Part } from '../corpus/split/spoken.ts';
import { RecordingEnds } from '../corpus/stretch.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import type { Recipe } from '../recipe/schema.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { prefetch } from '../support/prefetch.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import { groupSetAside, type SetAsideGroup } from '../support/set-aside.ts';
import { hotwordsBy } from '../text/hotwords.ts';
import { corporaHere } from './corpora.ts';
import { reasonFor, TOO_SHORT } from './decode-items.ts';
import { divide, type Divided, type MeasuredItem } from './divide.ts';
import { normalisedTexts, type TextItem, type TextSummary } from './texts.ts';

/** How much there is of something. */
export interface Amount {
  utterances: number;
  minutes: number;
  /** Those that the manifest names. */
  speakers: number;
}

/** What a recipe makes of its corpora, before anything is computed. */
export interface CorpusPreview {
  /** All that can be used. */
  all: Amount;
  /** The split as a run will have it. */
  parts: Record<Part, Amount>;
  /** Rules of the split that can't be kept. */
  relaxed: Relaxed[];
  /** What can't be used, by reason. */
  setAside: SetAsideGroup[];
  text: TextSummary;
  /** Hotwords with a letter that no training transcript has. */
  unwritableHotwords: string[];
}

/** Why there is no preview. */
export interface NotHere {
  /** Corpora that a run would fetch. */
  toFetch: string[];
}

/**
 * Reads a recipe's corpora as a run of it would, but for the recordings: their lengths are what their headers say, and
 * only those whose header says none are decoded. Nothing is fetched.
 * @throws InputError where a run would end with one: a bad manifest, a text that the rules refuse, nothing to train on
 * @example
 * const preview = await previewCorpora(await loadRecipe('recipes/sardinian.yaml'));
 * if ('parts' in preview) console.log(preview.parts.train.minutes);
 */
export async function previewCorpora(
  recipe: Recipe,
  { progress = silent, signal }: JobOptions = {},
): Promise<CorpusPreview | NotHere> {
  const { places, toFetch } = corporaHere(recipe);
  if (toFetch.length > 0) return { toFetch };
  const setAside: SetAside[] = [];
  const { items, summary } = await normalisedTexts(recipe, places, setAside);
  const measured = await measure(items, setAside, { progress, signal });
  const divided = await divide(recipe, measured, setAside);
  const [train, dev, test] = PARTS.map((part) => amountOf(divided[part])) as [Amount, Amount, Amount];
  return {
    all: amountOf(measured),
    parts: { train, dev, test },
    relaxed: divided.relaxed,
    setAside: groupSetAside(setAside),
    text: summary,
    unwritableHotwords: unwritableOf(recipe, summary, divided),
  };
}

/** How long everything is; what can be seen not to be usable is set aside. */
async function measure(
  items: readonly TextItem[],
  setAside: SetAside[],
  { progress = silent, signal }: JobOptions = {},
): Promise<MeasuredItem[]> {
  const task = progress('look at the recordings', items.length, 'utterances');
  const lengths = new Lengths(signal);
  const measured: MeasuredItem[] = [];
  for await (const { item, result } of prefetch(items, 4, (item) => lengths.of(item))) {
    signal?.throwIfAborted();
    task.advance();
    const { id } = item.utterance;
    if (result instanceof InputError)
      setAside.push({ item: id, ...reasonFor(item.utterance, result), place: result.place });
    else if (frameCount(result) < 2) setAside.push({ item: id, ...TOO_SHORT });
    else measured.push({ ...item, samples: result });
  }
  task.done();
  return measured;
}

/** Lengths of utterances; each recording is looked at once. */
class Lengths {
  private readonly recordings = new Map<string, Promise<number | undefined>>();
  private readonly ends = new RecordingEnds();
  private readonly cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  private readonly signal: AbortSignal | undefined;

  constructor(signal?: AbortSignal) {
    this.signal = signal;
  }

  /** In samples; the reason where it can't be used. */
  async of({ folder, utterance }: TextItem): Promise<number | InputError> {
    try {
      const file = audioPath(folder, utterance);
      const whole = await this.recording(file, utterance.track, utterance.channel);
      const beyond = await this.ends.before(file, utterance);
      const unusable = beyond ?? tooLong({ file, ...utterance }, whole);
      if (unusable) return unusable;
      const { start = 0, end = whole ?? utterance.duration } = utterance;
      if (end === undefined) return await this.cache.length(file, utterance);
      return Math.round((Math.min(end, whole ?? Infinity) - start) * SAMPLE_RATE);
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    }
  }

  private async recording(file: string, track?: number, channel?: number): Promise<number | undefined> {
    const key = JSON.stringify([file, track, channel]);
    const known = this.recordings.get(key) ?? durationByHeader(file, { track, channel }, this.signal);
    this.recordings.set(key, known);
    return known;
  }
}

function amountOf(items: readonly MeasuredItem[]): Amount {
  const samples = items.reduce((sum, item) => sum + item.samples, 0);
  const speakers = new Set(items.flatMap(({ utterance: { speaker } }) => (speaker === undefined ? [] : [speaker])));
  return { utterances: items.length, minutes: samples / SAMPLE_RATE / 60, speakers: speakers.size };
}

function unwritableOf(recipe: Recipe, { rules }: TextSummary, { vocabulary }: Divided<MeasuredItem>): string[] {
  if (recipe.text.unit === 'phones') return [];
  return hotwordsBy(recipe.decoding.hotwords, rules, vocabulary, recipe.text.profile).unwritable;
}
