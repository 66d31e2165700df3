import { InputError } from '../../support/errors.ts';

/** What a row of a table may say of an utterance. */
export const FIELDS = ['audio', 'text', 'speaker', 'start', 'end', 'duration', 'id', 'language', 'split'] as const;
export type Field = (typeof FIELDS)[number];

/** `text=Orthography` and the like. @throws InputError for what is no field */
export function columnMap(assignments: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    assignments.map((one) => {
      const [, field, column] = /^(\w+)=(.+)$/.exec(one) ?? [];
      if (field === undefined || !(FIELDS as readonly string[]).includes(field))
        throw new InputError(`--column ${one}: a field and a column are wanted`, `Fields are ${FIELDS.join(', ')}.`);
      return [field, column!];
    }),
  );
}
