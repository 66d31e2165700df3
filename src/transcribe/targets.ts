import { statSync } from 'node:fs';
import path from 'node:path';
import { TRANSCRIPT_FORMATS, type TranscriptFormatName } from '../formats/registry.ts';
import { InputError } from '../support/errors.ts';

/** A file that a recording's transcript goes into. */
export interface Target {
  format: TranscriptFormatName;
  file: string;
}

/**
 * Where the transcripts of recordings go: beside them, or into a folder in which the tree is kept that was named.
 * @param named files and folders, as the user wrote them
 * @param recordings those that lie there, each once
 * @throws InputError where two of them would be written to one file
 */
export function targetsOf(
  named: readonly string[],
  recordings: readonly string[],
  formats: readonly TranscriptFormatName[],
  out: string | undefined,
): Map<string, Target[]> {
  const folders = out === undefined ? [] : named.filter(isFolder);
  const places = recordings.map((file) => (out === undefined ? file : path.join(out, insideNamed(folders, file))));
  const taken = new Map<string, string>();
  places.forEach((place, i) => {
    const first = taken.get(place);
    if (first !== undefined)
      throw new InputError(
        `${first} and ${recordings[i]} would be written to one file`,
        'Name the folder that both are in: then its tree is kept.',
        { file: place },
      );
    taken.set(place, recordings[i]!);
  });
  const withoutEnding = (place: string): string => place.slice(0, place.length - path.extname(place).length);
  const counts = new Map<string, number>();
  for (const place of places) counts.set(withoutEnding(place), (counts.get(withoutEnding(place)) ?? 0) + 1);
  return new Map(
    recordings.map((recording, i) => {
      const place = places[i]!;
      // `a.wav` and `a.mp3` in one folder keep their endings.
      const base = counts.get(withoutEnding(place)) === 1 ? withoutEnding(place) : place;
      return [recording, formats.map((format) => ({ format, file: base + TRANSCRIPT_FORMATS[format].ending }))];
    }),
  );
}

const isFolder = (place: string): boolean => statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** A recording's path from the folder that was named; its name alone where it was named itself. */
function insideNamed(folders: readonly string[], file: string): string {
  const folder = folders.find((one) => {
    const relative = path.relative(one, file);
    return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  });
  return folder === undefined ? path.basename(file) : path.relative(folder, file);
}

/** The format of a file to which tiers can be added, by its ending. @throws InputError for any other */
export function tieredFormatOf(file: string): 'eaf' | 'textgrid' {
  const ending = path.extname(file).toLowerCase();
  if (ending === '.eaf') return 'eaf';
  if (ending === '.textgrid') return 'textgrid';
  throw new InputError('tiers can only be added to an .eaf or a .TextGrid', 'Name such a file.', { file });
}
