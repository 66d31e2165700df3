import { InputError } from '../support/errors.ts';
import { TRANSCRIPT_FORMATS, type TranscriptFormatName } from './registry.ts';

/** `eaf,srt` as names of formats. @throws InputError for a name that is none */
export function formatsNamed(list: string): TranscriptFormatName[] {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !Object.hasOwn(TRANSCRIPT_FORMATS, name));
  if (unknown !== undefined)
    throw new InputError(
      `--format: ${unknown === '' ? 'a name is missing' : `${unknown} is no format that is written`}`,
      `There are ${Object.keys(TRANSCRIPT_FORMATS).join(', ')}; several with commas between them.`,
    );
  return [...new Set(names as TranscriptFormatName[])];
}
