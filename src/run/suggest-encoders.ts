import path from 'node:path';
import { auditCorpus } from '../corpus/audit/audit.ts';
import { loadManifest } from '../corpus/manifest.ts';
import { findCorpus } from '../corpus/source.ts';
import { PUBLISHED, type PublishedEncoder } from '../encoder/published.ts';
import { encodeModel } from '../onnx/file/proto.ts';
import { Graph } from '../onnx/graph/graph.ts';
import { matmul } from '../onnx/graph/ops.ts';
import { floats, openSession } from '../onnx/runtime/session.ts';
import { memoryForUs } from '../support/memory.ts';
import type { Progress } from '../support/progress.ts';

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
  superb?: PublishedEncoder['superb'];
  why: string;
}

export interface Suggestions {
  corpus: string;
  /** Of speech. */
  minutes: number;
  encoders: Suggestion[];
}

/**
 * Names encoders to try on a corpus: from how much speech there is, what the machine can do, and what the licence must
 * allow.
 * @param options.commercial whether only those will do that may be used in what is sold
 * @throws InputError when there is no such corpus
 */
export async function suggestEncoders(
  corpus: string,
  options: { commercial?: boolean; progress?: Progress; signal?: AbortSignal } = {},
): Promise<Suggestions> {
  const minutes = (await secondsOf(corpus, options)) / 60;
  const rate = await multiplicationRate();
  const embedded: Suggestion = {
    model: 'embedded',
    licence: 'MIT',
    commercial: true,
    parameters: 20e6,
    megabytes: 0,
    minutes: (minutes * work(20e6)) / rate,
    memory_megabytes: 600,
    fits: true,
    why: 'comes along: the first thing to try, and what others must beat',
  };
  const others = PUBLISHED.filter(({ commercial }) => commercial || !options.commercial).map((encoder) =>
    suggestion(encoder, minutes, rate),
  );
  return { corpus: path.basename(corpus), minutes, encoders: [embedded, ...others.sort(byPromise)] };
}

async function secondsOf(
  corpus: string,
  { progress, signal }: { progress?: Progress; signal?: AbortSignal },
): Promise<number> {
  const utterances = await loadManifest(findCorpus(corpus).folder);
  const seconds = utterances.map(
    ({ start, end, duration }) => duration ?? (end === undefined ? undefined : end - (start ?? 0)),
  );
  return seconds.every((length) => length !== undefined)
    ? seconds.reduce((sum, length) => sum + length, 0)
    : (await auditCorpus(corpus, { progress, signal })).seconds;
}

function suggestion(encoder: PublishedEncoder, minutes: number, rate: number): Suggestion {
  const { id: model, licence, commercial, parameters, megabytes, superb, heard } = encoder;
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
    ...(superb ? { superb } : {}),
    why: `has heard ${heard}`,
  };
}

/** What fits first; then what is fast and good before what is only good. */
const byPromise = (a: Suggestion, b: Suggestion): number =>
  Number(b.fits) - Number(a.fits) ||
  a.parameters - b.parameters ||
  (a.superb?.oneHour ?? 100) - (b.superb?.oneHour ?? 100);

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
