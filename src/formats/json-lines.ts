import { InputError, messageOf } from '../support/errors.ts';
import { decodeStream, streamLines, type ByteSource } from '../support/decode-stream.ts';

/**
 * JSON lines: a value a line, with its 1-based number. Blank lines are passed over; U+2028 inside a text parts no line.
 * @throws InputError, while read, for a line that is not JSON
 */
export async function* readJsonLines(
  source: ByteSource,
  { file }: { file: string },
): AsyncGenerator<{ value: unknown; line: number }> {
  for await (const { text, line } of streamLines(decodeStream(source, { file }).chunks)) {
    if (text.trim() === '') continue;
    yield { value: parsed(text, file, line), line };
  }
}

function parsed(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`not valid JSON: ${messageOf(error)}`, 'Mend or remove this line.', { file, line }, error);
  }
}

/** A value a line. */
export const writeJsonLines = (values: Iterable<unknown>): string =>
  Array.from(values, (value) => `${JSON.stringify(value)}\n`).join('');
