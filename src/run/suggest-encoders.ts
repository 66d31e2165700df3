import path from 'node:path';
import { auditCorpus } from '../corpus/audit/audit.ts';
import { loadManifest } from '../corpus/manifest.ts';
import { findFetchedCorpus, readSource, type CorpusPlace } from '../corpus/source.ts';
import type { Utterance } from '../corpus/utterance.ts';
import { EMBEDDED_TERMS } from '../encoder/own/embedded.ts';
import { hasHeard, type HeardList } from '../encoder/published-languages.ts';
import { PUBLISHED, type PublishedEncoder } from '../encoder/published.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { Graph } from '../onnx/graph/graph.ts';
import { matmul } from '../onnx/graph/ops.ts';
import { floats, openSession } from '../onnx/runtime/session.ts';
import { canonicalLanguage, languageProblem } from '../text/language.ts';
import { InputError } from '../support/errors.ts';
import { memoryForUs } from '../support/memory.ts';
import type { JobOptions } from '../support/progress.ts';

/** An encoder to try on a corpus, the likeliest first. */
export interface Suggestion {
  /** As `encoder.model`. */
  model: string;
  licence: string;
  commercial: boolean;
  parameters: number;
  /** To fetch once; 0 of what comes along. */
  megabytes: number;
  /** Of features for the whole corpus, here, about. */
  minutes: number;
  /** What it takes at most while it computes features, about. */
  memory_megabytes: number;
  /** Whether this machine has that. */
  fits: boolean;
  /** Whether it has heard the corpus's language; absent where the one or the other isn't known. */
  heard_language?: boolean;
  superb?: PublishedEncoder['superb'];
  why: string;
}

export interface Suggestions {
  corpus: string;
  /** Of speech. */
  minutes: number;
  /** As BCP 47 writes it; absent where nobody says. */
  language?: string;
  encoders: Suggestion[];
}

export interface SuggestOptions extends JobOptions {
  /** Whether only those will do that may be used in what is sold. */
  commercial?: boolean;
  /** What is spoken (BCP 47); what the corpus says, by default. */
  language?: string | undefined;
}

/**
 * Names encoders to try on a corpus: from its language, how much speech there is, what the machine can do, and what the
 * licence must allow.
 * @throws InputError when there is no such corpus or language
 * @example
 *   const { encoders } = await suggestEncoders('corpora/mboshi', { language: 'mdw', commercial: true });
 */
export async function suggestEncoders(corpus: string, options: SuggestOptions = {}): Promise<Suggestions> {
  const asked = options.language === undefined ? undefined : canonical(options.language);
  const place = findFetchedCorpus(corpus);
  const utterances = await loadManifest(place.folder);
  const language = asked ?? (await languageOf(place, utterances));
  const minutes = (await secondsOf(corpus, utterances, options)) / 60;
  const rate = await multiplicationRate();
  const embedded: Suggestion = {
    model: 'embedded',
    licence: EMBEDDED_TERMS.embedded.licence,
    commercial: true,
    parameters: 20e6,
    megabytes: 0,
    minutes: (minutes * work(20e6)) / rate,
    memory_megabytes: 600,
    fits: true,
    ...heardLanguage('Whisper', language),
    why: 'comes along: the first thing to try, and what others must beat',
  };
  const others = PUBLISHED.filter(({ commercial }) => commercial || !options.commercial).map((encoder) =>
    suggestion(encoder, { minutes, rate, language }),
  );
  return {
    corpus: path.basename(corpus),
    minutes,
    ...(language === undefined ? {} : { language }),
    encoders: [embedded, ...others.sort(byPromise(minutes))],
  };
}

/** What the corpus's source or most of its utterances say. */
async function languageOf(
  { sourceFolder }: CorpusPlace,
  utterances: readonly Utterance[],
): Promise<string | undefined> {
  const said = sourceFolder === undefined ? undefined : (await readSource(sourceFolder)).language;
  if (said !== undefined) return canonicalLanguage(said);
  const spoken = new Map<string, number>();
  for (const { language } of utterances)
    if (language !== undefined) spoken.set(language, (spoken.get(language) ?? 0) + 1);
  return [...spoken].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function canonical(written: string): string {
  const language = canonicalLanguage(written);
  if (language === undefined) throw new InputError(languageProblem(written), 'Give its code with --language.');
  return language;
}

const heardLanguage = (list: HeardList | undefined, language: string | undefined): { heard_language?: boolean } =>
  list === undefined || language === undefined ? {} : { heard_language: hasHeard(list, language) };

async function secondsOf(
  corpus: string,
  utterances: readonly Utterance[],
  { progress, signal }: JobOptions,
): Promise<number> {
  const seconds = utterances.map(
    ({ start, end, duration }) => duration ?? (end === undefined ? undefined : end - (start ?? 0)),
  );
  return seconds.every((length) => length !== undefined)
    ? seconds.reduce((sum, length) => sum + length, 0)
    : (await auditCorpus(corpus, { progress, signal })).seconds;
}

function suggestion(
  encoder: PublishedEncoder,
  { minutes, rate, language }: { minutes: number; rate: number; language: string | undefined },
): Suggestion {
  const { id: model, licence, commercial, parameters, megabytes, superb, heard, languages } = encoder;
  const memory = megabytes + 500;
  const computing = (minutes * work(parameters)) / rate;
  return {
    model,
    licence,
    commercial,
    parameters,
    megabytes,
    minutes: computing,
    memory_megabytes: memory,
    fits: memory < memoryForUs() / 1e6,
    ...heardLanguage(languages, language),
    ...(superb ? { superb } : {}),
    why: `has heard ${heard}`,
  };
}

/** Of so many minutes of speech the figures for an hour tell more than those for ten minutes. */
const MUCH = 30;

/** What fits first, and before others what has heard the language; then what is fast and good. */
const byPromise =
  (minutes: number) =>
  (a: Suggestion, b: Suggestion): number => {
    const error = ({ superb }: Suggestion): number => (minutes < MUCH ? superb?.tenMinutes : superb?.oneHour) ?? 100;
    return (
      Number(b.fits) - Number(a.fits) ||
      Number(b.heard_language ?? false) - Number(a.heard_language ?? false) ||
      a.parameters - b.parameters ||
      error(a) - error(b)
    );
  };

/**
 * Multiplications and additions for a second of sound: all weights at 50 frames a second, and the convolutions of
 * Wav2Vec2 before.
 */
const work = (parameters: number): number => 2 * parameters * 50 + 5e9;

const [ROWS, INNER, COLUMNS] = [500, 1024, 2048] as const;

/** Multiplications and additions a second that ONNX Runtime does here, in products as encoders have them. */
async function multiplicationRate(): Promise<number> {
  const g = new Graph();
  const weight = g.constant(new Float32Array(INNER * COLUMNS).fill(0.5), [INNER, COLUMNS]);
  g.output(matmul(g, g.input('x', [ROWS, INNER]), weight), 'y');
  const session = await openSession(encodeModel(g));
  const feeds = { x: floats(new Float32Array(ROWS * INNER).fill(0.5), [ROWS, INNER]) };
  await session.run(feeds);
  const startedAt = performance.now();
  for (let run = 0; run < 5; run++) await session.run(feeds);
  const seconds = (performance.now() - startedAt) / 5000;
  await session.release();
  return (2 * ROWS * INNER * COLUMNS) / seconds;
}
