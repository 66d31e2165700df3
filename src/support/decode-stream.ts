import { InputError } from './errors.ts';
import { decodeText, decodeWindows1252, isMostlyUtf8, latinOf, utf16Of, type TextInput } from './decode-text.ts';

/** A file's bytes as they come, or what is already there. */
export type ByteSource = TextInput | AsyncIterable<Uint8Array>;

export interface DecodedStream {
  /** Known when the first text that isn't ASCII has come. */
  encoding: string;
  chunks: AsyncGenerator<string>;
}

/**
 * Text of a long file piece by piece, its encoding recognised as by `decodeText`. Until something other than ASCII
 * comes, all encodings but UTF-16 are one: so nothing has to be read twice.
 * @throws InputError, while read, for what is no text in the encoding that it began with, with the line
 */
export function decodeStream(source: ByteSource, { file }: { file: string }): DecodedStream {
  if (typeof source === 'string' || source instanceof Uint8Array) {
    const { text, encoding } = decodeText(source, { file });
    return { encoding, chunks: once(text) };
  }
  const stream: DecodedStream = { encoding: 'utf-8', chunks: once('') };
  stream.chunks = withoutMark(decoded(source, file, (encoding) => (stream.encoding = encoding)));
  return stream;
}

// eslint-disable-next-line @typescript-eslint/require-await -- one shape for both kinds of source
async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function* decoded(
  source: AsyncIterable<Uint8Array>,
  file: string,
  found: (encoding: string) => void,
): AsyncGenerator<string> {
  let encoding: string | undefined;
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let first = true;
  let line = 1;
  const use = (label: string): void => {
    encoding = label;
    found(label);
    if (label.startsWith('utf')) decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  };
  for await (const chunk of source) {
    if (first) {
      const wide = utf16Of(chunk.length % 2 === 0 ? chunk : chunk.subarray(0, -1), file);
      if (wide) use(wide);
      first = false;
    }
    if (!encoding && chunk.some((byte) => byte > 0x7f)) use(isUtf8Start(chunk) ? 'utf-8' : latinOf(chunk));
    if (!encoding?.startsWith('utf-16') && chunk.includes(0))
      throw new InputError('it holds zero bytes: this is no text file', 'Is it a file of another kind?', { file });
    const text = decodeChunk(chunk, decoder, file, line);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) line++;
    yield text;
  }
  yield decodeChunk(undefined, decoder, file, line);
}

function decodeChunk(
  chunk: Uint8Array | undefined,
  decoder: InstanceType<typeof TextDecoder> | undefined,
  file: string,
  line: number,
): string {
  if (!decoder) return chunk ? decodeWindows1252(chunk) : '';
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch {
    throw new InputError(
      `here, or soon after, are bytes that are not ${decoder.encoding.toUpperCase()}, unlike the file before`,
      'Mend or remove them.',
      { file, line },
    );
  }
}

/** Sound UTF-8 as far as the piece goes, or mostly so: then what is not will be refused. */
function isUtf8Start(chunk: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(chunk, { stream: true });
    return true;
  } catch {
    return isMostlyUtf8(chunk);
  }
}

async function* withoutMark(chunks: AsyncGenerator<string>): AsyncGenerator<string> {
  let first = true;
  for await (const chunk of chunks) {
    yield first && chunk.startsWith('\uFEFF') ? chunk.slice(1) : chunk;
    if (chunk !== '') first = false;
  }
}

/** Lines of a long file, parted at LF and CRLF only, with their 1-based numbers. */
export async function* streamLines(chunks: AsyncIterable<string>): AsyncGenerator<{ text: string; line: number }> {
  let rest: string[] = [];
  let line = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
      const text = rest.length === 0 ? chunk.slice(from, at) : rest.join('') + chunk.slice(from, at);
      rest = [];
      yield { text: text.endsWith('\r') ? text.slice(0, -1) : text, line: ++line };
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.slice(from));
  }
  if (rest.length > 0) yield { text: rest.join(''), line: line + 1 };
}
