import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { AudioCache } from '../audio/cache.ts';
import { SAMPLE_RATE } from '../audio/format.ts';
import { hasUsualEnding } from '../audio/is-recording.ts';
import { measureQuality, type Quality } from '../audio/quality.ts';
import type { Stretch } from '../audio/stretches.ts';
import { prefetch } from '../support/prefetch.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import { InputError, type Place } from '../support/errors.ts';
import { silent, type JobOptions } from '../support/progress.ts';
import { byRecording } from './by-recording.ts';
import { audioPath, manifestPath, readManifest } from './manifest.ts';
import { findCorpus } from './source.ts';
import { RecordingEnds } from './stretch.ts';
import type { Utterance } from './utterance.ts';

export interface Finding {
  /** An `error` can't be used; a `warning` is worth a listen. */
  severity: 'error' | 'warning';
  item: string;
  what: string;
  place?: Place;
}

export interface Audit {
  utterances: number;
  seconds: number;
  measures: { name: string; unit: string; least: number; median: number; most: number }[];
  findings: Finding[];
}

/** What is measured, and from where on it is worth a warning. */
const MEASURES: {
  name: string;
  unit: string;
  of: (measured: Measured) => number;
  warn?: (value: number) => string | undefined;
}[] = [
  {
    name: 'duration',
    unit: 's',
    of: (m) => m.quality.duration,
    warn: (v) => (v > 30 ? `long: ${v.toFixed(0)} s; cut it into sentences` : undefined),
  },
  {
    name: 'clipped',
    unit: '% of samples',
    of: (m) => 100 * m.quality.clippedShare,
    warn: (v) => (v > 0.1 ? `clipped: ${v.toFixed(2)} % of samples at full scale` : undefined),
  },
  {
    name: 'silence',
    unit: '% of frames',
    of: (m) => 100 * m.quality.silenceShare,
    warn: (v) => (v > 70 ? `mostly silence: ${v.toFixed(0)} %` : undefined),
  },
  {
    name: 'speech level',
    unit: 'dB',
    of: (m) => m.quality.speechLevelDb,
    warn: (v) => (v < -45 ? `very quiet: ${v.toFixed(0)} dB` : undefined),
  },
  { name: 'noise floor', unit: 'dB', of: (m) => m.quality.noiseFloorDb },
  {
    name: 'signal to noise',
    unit: 'dB',
    of: (m) => m.quality.snrDb,
    warn: (v) => (v < 12 ? `noisy: ${v.toFixed(0)} dB above the noise` : undefined),
  },
  {
    name: 'bandwidth',
    unit: 'Hz',
    of: (m) => m.quality.bandwidthHz,
    warn: (v) => (v < 4400 ? `narrow band: nothing above ${v.toFixed(0)} Hz (telephone or 8 kHz material)` : undefined),
  },
  {
    name: 'DC offset',
    unit: '% of full scale',
    of: (m) => 100 * Math.abs(m.quality.dcOffset),
    warn: (v) => (v > 1 ? `DC offset: ${v.toFixed(1)} % of full scale` : undefined),
  },
  { name: 'pace', unit: 'letters/s', of: (m) => m.pace },
];

interface Listed {
  utterance: Utterance;
  line: number;
}

/** Utterances that are decoded together, and more where more are of one recording. */
const TOGETHER = 64;

interface Measured {
  utterance: Utterance;
  quality: Quality;
  pace: number;
  place: Place;
}

/** Decodes and measures every utterance, and looks for what doesn't fit. Nothing is changed. */
export async function auditCorpus(name: string, { progress = silent, signal }: JobOptions = {}): Promise<Audit> {
  const { folder, sourceFolder } = findCorpus(name);
  if (sourceFolder && !existsSync(manifestPath(folder)))
    throw new InputError(`the corpus ${name} is not here yet`, `Get it first: isogloss corpus fetch ${name}`, {
      file: folder,
    });
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  const findings: Finding[] = [];
  const measured: Measured[] = [];
  const used = new Set<string>();
  const ends = new RecordingEnds();
  const task = progress('audit', undefined, 'utterances');
  const measure = async ({ utterance }: Listed) => {
    signal?.throwIfAborted();
    try {
      const file = audioPath(folder, utterance);
      const beyond = await ends.before(file, utterance);
      if (beyond) return beyond;
      const read = await cache.readWithNotes(file, utterance);
      return ends.after(file, utterance, read.samples.length / SAMPLE_RATE) ?? read;
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    }
  };
  const listed: Listed[] = [];
  for await (const item of readManifest(folder)) listed.push(item);
  for (const group of byRecording(listed, ({ utterance }) => utterance.audio, TOGETHER)) {
    await cache.fill(
      group.flatMap(({ utterance }) => stretchOf(folder, utterance)),
      signal,
    );
    for await (const { item, result } of prefetch(group, 4, measure)) {
      const { utterance, line } = item;
      task.advance();
      used.add(path.normalize(utterance.audio));
      const place = { file: manifestPath(folder), line };
      if (result instanceof InputError) {
        findings.push({ severity: 'error', item: utterance.id, what: `${utterance.audio}: ${result.message}`, place });
        continue;
      }
      const quality = measureQuality(result.samples);
      const pace = lettersOf(utterance.text) / Math.max(0.02, quality.duration * (1 - quality.silenceShare));
      measured.push({ utterance, quality, place, pace });
      for (const what of result.notes) findings.push({ severity: 'warning', item: utterance.id, what, place });
      if (lettersOf(utterance.text) === 0)
        findings.push({ severity: 'error', item: utterance.id, what: 'the transcript has no letters', place });
    }
  }
  task.done();
  findings.push(...qualityFindings(measured), ...paceFindings(measured), ...(await untranscribed(folder, used)));
  findings.sort((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0));
  return {
    utterances: measured.length,
    seconds: measured.reduce((sum, m) => sum + m.quality.duration, 0),
    measures: summary(measured),
    findings,
  };
}

/** None for one that lies elsewhere: reading it says so. */
function stretchOf(folder: string, utterance: Utterance): Stretch[] {
  const { start, end, track, channel } = utterance;
  try {
    return [{ file: audioPath(folder, utterance), start, end, track, channel }];
  } catch {
    return [];
  }
}

/** Also the `._` files of macOS, in whatever folder. */
const isHidden = (name: string): boolean => name.split(path.sep).some((part) => part.startsWith('.'));

const lettersOf = (text: string): number => text.match(/\p{L}/gu)?.length ?? 0;

function qualityFindings(measured: readonly Measured[]): Finding[] {
  return measured.flatMap((m) =>
    MEASURES.flatMap(({ of, warn }) => {
      const what = warn?.(of(m));
      return what ? [{ severity: 'warning' as const, item: m.utterance.id, what, place: m.place }] : [];
    }),
  );
}

/** Far more or fewer letters a second than the rest: often a transcript of something else. */
function paceFindings(measured: readonly Measured[]): Finding[] {
  const sorted = measured.map((m) => Math.log(Math.max(0.1, m.pace))).sort((a, b) => a - b);
  const middle = median(sorted);
  const spread = Math.max(0.1, 1.4826 * median(sorted.map((x) => Math.abs(x - middle)).sort((a, b) => a - b)));
  return measured.flatMap((m) => {
    const away = (Math.log(Math.max(0.1, m.pace)) - middle) / spread;
    if (Math.abs(away) < 4) return [];
    const usual = Math.exp(middle).toFixed(0);
    return [
      {
        severity: 'warning' as const,
        item: m.utterance.id,
        place: m.place,
        what: `${m.pace.toFixed(0)} letters a second of speech, ${usual} are usual: is the transcript the right one?`,
      },
    ];
  });
}

/** Recordings in the folder that the manifest doesn't name. */
async function untranscribed(folder: string, used: ReadonlySet<string>): Promise<Finding[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => hasUsualEnding(name) && !isHidden(name) && !used.has(path.normalize(name)))
    .map((name) => ({ severity: 'warning' as const, item: name, what: 'a recording that the manifest does not name' }));
}

function summary(measured: readonly Measured[]): Audit['measures'] {
  if (measured.length === 0) return [];
  return MEASURES.map(({ name, unit, of }) => {
    const values = measured.map(of).sort((a, b) => a - b);
    return { name, unit, least: values[0]!, median: median(values), most: values.at(-1)! };
  });
}

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;
