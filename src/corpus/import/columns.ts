import { InputError } from '../../support/errors.ts';

/** What a row of a table may say of an utterance. */
export const FIELDS = ['audio', 'text', 'speaker', 'start', 'end', 'duration', 'id', 'language', 'split'] as const;
export type Field = (typeof FIELDS)[number];
export type ColumnMap = Partial<Record<Field, string>>;

/** `text=Orthography` and the like. @throws InputError for what is no field */
export function columnMap(assignments: readonly string[]): ColumnMap {
  return Object.fromEntries(
    assignments.map((one) => {
      const [, field, column] = /^(\w+)=(.+)$/.exec(one) ?? [];
      if (field === undefined || !(FIELDS as readonly string[]).includes(field))
        throw new InputError(`--column ${one}: a field and a column are wanted`, `Fields are ${FIELDS.join(', ')}.`);
      return [field, column!];
    }),
  );
}

/** What data sets and field notes call their columns; the surest first. */
const NAMES: Record<Field, readonly string[]> = {
  audio: [
    ...['audio', 'audio_filepath', 'audio_file', 'audio_path', 'file_name', 'filename', 'wav', 'wav_filename', 'path'],
    ...['recording', 'sound', 'sound_file', 'clip', 'media', 'file', 'audio_id', 'segment_path'],
  ],
  text: [
    ...['text', 'transcription', 'transcript', 'sentence', 'raw_transcription', 'raw_text', 'utterance', 'orthography'],
    ...['normalized_text', 'words', 'phrase', 'transcripción', 'transcripcion', 'texte', 'texto'],
  ],
  speaker: ['speaker', 'speaker_id', 'client_id', 'spk', 'spk_id', 'participant', 'locuteur', 'reader'],
  start: [
    'start',
    'start_time',
    'begin',
    'begin_time',
    'offset',
    'from',
    'onset',
    'tmin',
    'xmin',
    'start_s',
    'start_ms',
  ],
  end: ['end', 'end_time', 'stop', 'to', 'offset_end', 'tmax', 'xmax', 'finish', 'end_s', 'end_ms'],
  duration: ['duration', 'dur', 'length', 'seconds'],
  id: ['id', 'utt_id', 'utterance_id', 'utt', 'segment_id', 'audio_id', 'clip_id'],
  language: ['language', 'lang', 'locale', 'lang_id', 'language_id'],
  split: ['split', 'subset', 'set', 'part', 'partition', 'fold'],
};

/**
 * Which column has which field: as the user says, else by its name.
 * @throws InputError for a column that isn't there
 */
export function guessColumns(columns: readonly string[], said: ColumnMap, file: string): ColumnMap {
  const plain = (name: string): string =>
    name
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_');
  const map: ColumnMap = {};
  for (const field of FIELDS) {
    const wanted = said[field];
    const names = wanted === undefined ? NAMES[field] : [plain(wanted)];
    const found = names
      .map((name) => columns.find((column) => plain(column) === name))
      .find((one) => one !== undefined);
    if (wanted !== undefined && found === undefined)
      throw new InputError(
        `there is no column ${wanted}`,
        `There are: ${columns.join(', ')}. Where there is no header, columns are called 1, 2, 3.`,
        { file },
      );
    if (found !== undefined) map[field] = found;
  }
  return map;
}
