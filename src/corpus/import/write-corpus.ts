import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { InputError, type SetAside } from '../../support/errors.ts';
import { writeAtomic } from '../../support/files.ts';
import { silent, type Progress } from '../../support/progress.ts';
import type { Row } from '../importers/importer.ts';
import { writeManifest } from '../manifest.ts';
import { readSource, sourceFile, type ImportedSource } from '../source.ts';
import type { Utterance } from '../utterance.ts';
import { annotationRows } from './annotation-rows.ts';
import type { ImportPlan } from './import.ts';
import { hashOf } from './hash.ts';
import { MediaNames } from './media-names.ts';
import { Speakers } from './speakers.ts';
import { Tally, type LeftOut } from './tally.ts';
import { inSeconds } from './units.ts';
import { utterancesOf } from './utterances.ts';

export interface ImportResult {
  name: string;
  folder: string;
  format: string;
  utterances: number;
  /** Of the utterances whose length is known. */
  seconds: number;
  /** Who speaks in how many; of more than a thousand, the first. */
  speakers: Record<string, number>;
  speakerCount: number;
  splits: Record<string, number>;
  /** Annotations without text: not transcribed yet. */
  untranscribed: number;
  /** Of more than ten thousand, the first. */
  missing: { recording: string; utterances: number }[];
  missingCount: number;
  notes: { what: string; count: number }[];
  leftOut: LeftOut[];
}

const MOST_NAMED = 1000;

/**
 * Writes the corpus that a plan describes: its manifest, whole or not at all, and source.yaml. Recordings stay where
 * they are.
 * @throws InputError when nothing is left to write
 */
export async function writeCorpus(
  plan: ImportPlan,
  options: { progress?: Progress; signal?: AbortSignal } = {},
): Promise<ImportResult> {
  const { corpus, name, source, from } = plan;
  if (!source) throw new InputError(plan.question!.what, plan.question!.choices.map(({ flag }) => flag).join(' or '));
  const { importer, folders } = source;
  const speakers = new Speakers(plan.options.speakerPattern);
  const media = new MediaNames(
    folders.map((folder, i) => ({ folder, written: from[i]! })),
    corpus,
  );
  const tally = new Tally();
  const rows = rowsOf(plan, source, (what) => tally.note(what));
  const result = { name, folder: corpus, format: importer.name, utterances: 0, seconds: 0 };
  const people = new Map<string, number>();
  const everybody = new Set<number>();
  const splits = new Map<string, number>();
  const task = (options.progress ?? silent)('import', undefined, 'utterances');
  const counted = async function* (utterances: AsyncIterable<Utterance>): AsyncGenerator<Utterance> {
    for await (const utterance of utterances) {
      options.signal?.throwIfAborted();
      task.advance();
      result.utterances++;
      result.seconds += utterance.duration ?? 0;
      const { speaker = '', split } = utterance;
      everybody.add(hashOf(speaker));
      if (people.has(speaker) || people.size < MOST_NAMED) people.set(speaker, (people.get(speaker) ?? 0) + 1);
      if (split) splits.set(split, (splits.get(split) ?? 0) + 1);
      yield utterance;
    }
    if (result.utterances === 0) throw nothingLeft(tally, plan);
  };
  const isNew = !existsSync(sourceFile(corpus));
  await writeSource(plan, media);
  try {
    await writeManifest(corpus, counted(utterancesOf(rows, { folders, media, corpus }, plan.options, speakers, tally)));
  } catch (error) {
    if (isNew) await rm(sourceFile(corpus), { force: true });
    throw error;
  }
  task.done();
  return {
    ...result,
    speakers: Object.fromEntries(people),
    speakerCount: everybody.size - (people.has('') ? 1 : 0),
    splits: Object.fromEntries(splits),
    untranscribed: tally.untranscribed,
    missing: tally.missingRecordings,
    missingCount: tally.missingCount,
    notes: [...(plan.survey?.notes ?? []), ...tally.notes],
    leftOut: tally.leftOut,
  };
}

function rowsOf(
  { options }: ImportPlan,
  { importer, files, folders, documents }: NonNullable<ImportPlan['source']>,
  tell: (what: string) => void,
): AsyncIterable<Row | SetAside> {
  if ('rows' in importer) return inSeconds(importer.rows(folders[0], files, options), tell);
  return annotationRows(importer, folders[0], files, documents!, options);
}

function nothingLeft(tally: Tally, { from, name }: ImportPlan): InputError {
  const [lost] = tally.missingRecordings;
  const [left] = tally.leftOut;
  if (lost)
    return new InputError(
      `none of the recordings is there: ${tally.missingCount} missing, e.g. ${lost.recording}`,
      'Say where they lie with --media FOLDER; or import the text alone with --keep-missing.',
      { file: from[0]! },
    );
  return new InputError(
    left ? `nothing can be used: ${left.reason}` : 'nothing is transcribed',
    tally.untranscribed > 0
      ? 'Name a tier that has text: --tier.'
      : `Mend what is wrong, or name other files than ${name}’s.`,
    left?.first[0]?.place ?? { file: from[0]! },
  );
}

/** What its owner wrote into it stays. */
async function writeSource({ corpus, from, options, source }: ImportPlan, media: MediaNames): Promise<void> {
  const file = sourceFile(corpus);
  const before = existsSync(file) ? ((await readSource(corpus)) as ImportedSource) : undefined;
  const content: ImportedSource = {
    ...before,
    importer: source!.importer.name,
    made: {
      from: from.map((place) => (path.isAbsolute(place) ? place : path.relative(corpus, path.resolve(place)) || '.')),
      ...(options.tiers && { tiers: [...options.tiers] }),
    },
    media: { ...media.places },
  };
  await writeAtomic(file, `${HEAD}${stringify(content)}`);
}

const HEAD = `# Written by isogloss corpus import. \`media\` says where the recordings lie: change it when they move.
# Add title, licence and attribution, and model cards will tell them.
`;
