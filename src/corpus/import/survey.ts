import { InputError, type SetAside } from '../../support/errors.ts';
import { silent, type JobOptions } from '../../support/progress.ts';
import type { AnnotationImporter, ImportOptions, Question } from '../importers/importer.ts';
import type { Documents } from './documents.ts';
import type { Folder } from './folder.ts';
import { guessTier } from './guess-tier.ts';
import { findRecording, namesOf } from './recordings.ts';
import { TierCounts, tierMatches, type TierGroup } from './tier-groups.ts';

/** What stands in files of annotations. */
export interface TierSurvey {
  /** The likeliest transcript first. */
  tiers: TierGroup[];
  recordings: { found: number; missing: string[] };
  /** What readers had to do, or to leave out. */
  notes: { what: string; count: number }[];
  unreadable: SetAside[];
}

/** Reads all files once: their tiers, their recordings, what was odd in them. */
export async function surveyTiers(
  folders: readonly [Folder, ...Folder[]],
  files: readonly string[],
  documents: Documents,
  { progress = silent, signal }: JobOptions = {},
): Promise<TierSurvey> {
  const task = progress('look', files.length, 'files');
  const counts = new TierCounts();
  const notes = new Map<string, number>();
  const missing = new Set<string>();
  const unreadable: SetAside[] = [];
  const found = new Set<string>();
  for (const file of files) {
    signal?.throwIfAborted();
    task.advance();
    try {
      for (const document of await documents.of(file)) {
        counts.add(document);
        for (const { what, count = 1 } of document.notes) notes.set(what, (notes.get(what) ?? 0) + count);
        const names = namesOf(document.media, file).map(({ name }) => name);
        const recording = findRecording(folders, file, names);
        if (recording) found.add(`${recording.folder.root}/${recording.file}`);
        else missing.add(names[0]!.split(/[\\/]/).at(-1)!);
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      unreadable.push({ item: file, reason: error.message, place: error.place });
    }
  }
  task.done();
  return {
    tiers: guessTier(counts.list).groups,
    recordings: { found: found.size, missing: [...missing] },
    notes: Array.from(notes, ([what, count]) => ({ what, count })),
    unreadable,
  };
}

/**
 * Which tiers are taken: those that the user names, else those that can only be meant.
 * @throws InputError where there is no such tier, or none with text
 */
export function chooseTiers(
  { title }: AnnotationImporter,
  { tiers, unreadable }: TierSurvey,
  { tiers: wanted }: ImportOptions,
  folder: string,
): { chosen: string[] } | { question: Question } {
  if (tiers.length === 0)
    throw new InputError(
      unreadable[0]?.reason ?? 'no tier has text with times',
      unreadable.length > 0 ? `Open it in ${title} and save it anew.` : 'Transcribe some of it first.',
      unreadable[0]?.place ?? { file: folder },
    );
  const names = tiers.map(({ name }) => name);
  if (wanted && wanted.length > 0) {
    const chosen = wanted.flatMap((one) => (one === '*' && !names.includes('*') ? names : [one]));
    if (!tiers.some((group) => isMeant(group, chosen)))
      throw new InputError(`no tier is called ${chosen.join(' or ')}`, `There are: ${names.join(', ')}.`, {
        file: folder,
      });
    return { chosen };
  }
  if (guessTier(tiers).sure) return { chosen: [tiers[0]!.name] };
  return {
    question: {
      what: 'Which tier has the transcript?',
      choices: tiers.map(({ name, annotations, samples }) => ({
        label: `${name}: ${annotations} annotations, e.g. “${samples[0]?.slice(0, 60)}”`,
        flag: `--tier ${quoted(name)}`,
        options: { tiers: [name] },
      })),
    },
  };
}

/** A group's own name is a pattern that may be meant by another: `tx@*` by `tx@Ama`. */
function isMeant({ name, types, speakers }: TierGroup, wanted: readonly string[]): boolean {
  const people = speakers.length === 0 ? [undefined] : speakers;
  const kinds = types.length === 0 ? [undefined] : types;
  return (
    wanted.includes(name) ||
    people.some((participant) =>
      kinds.some((type) => {
        const id = name.startsWith('type:') ? (participant ?? name) : name.replace('*', participant ?? '*');
        return tierMatches(
          { id, ...(type !== undefined && { type }), ...(participant !== undefined && { participant }) },
          wanted,
        );
      }),
    )
  );
}

/** As a shell takes it for one word. */
export const quoted = (word: string): string =>
  /^[\w@.:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
