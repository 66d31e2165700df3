import type { z } from 'zod';
import { InputError, type Place } from './errors.ts';

/**
 * A value of the shape that is wanted.
 * @param next what to do where it isn't
 * @throws InputError naming the first field that is wrong
 */
export function shaped<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: Place,
  next: string,
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue!.path.join('.');
  const what = issue!.message.replace(/^Invalid input: /, '');
  const missing = what.endsWith('received undefined');
  throw new InputError(missing ? `${field} is missing` : `${field === '' ? '' : `${field}: `}${what}`, next, place);
}
