import { InputError } from './errors.ts';

/** What readers take: text, or the bytes of a file whose encoding is recognised. */
export type TextInput = string | Uint8Array;

export interface DecodedText {
  /** Without byte order mark. */
  text: string;
  /** How the bytes were read (`utf-8`, `utf-16le`, `windows-1252`, …), to be said where it isn't UTF-8. */
  encoding: string;
  /** Whether a byte order mark stood at the start. */
  bom: boolean;
}

const LONGEST = 500_000_000;

/**
 * Text of bytes: by their byte order mark, as UTF-16 where zero bytes show it, as UTF-8 where they are valid, else as
 * Latin-1 or Windows-1252, which `encoding` names.
 * @throws InputError for a file that is no text, is UTF-32, or is UTF-8 but for some places (named by line)
 */
export function decodeText(input: TextInput, { file }: { file: string }): DecodedText {
  if (typeof input === 'string') return { ...withoutMark(input), encoding: 'utf-8' };
  if (input.length > LONGEST)
    throw new InputError('it is larger than 500 MB', 'Split it into smaller files.', { file });
  const encoding = utf16Of(input, file);
  if (encoding) return { ...withoutMark(decodeAs(encoding, input, file)), encoding };
  try {
    return { ...withoutMark(refuseBinary(new TextDecoder('utf-8', DECODING).decode(input), file)), encoding: 'utf-8' };
  } catch (error) {
    if (error instanceof InputError) throw error;
    return { text: refuseBinary(decodeLatin(input, file), file), encoding: latinOf(input), bom: false };
  }
}

const DECODING = { fatal: true, ignoreBOM: true };
const BYTE_ORDER_MARK = '\uFEFF';

const withoutMark = (text: string): { text: string; bom: boolean } =>
  text.startsWith(BYTE_ORDER_MARK) ? { text: text.slice(1), bom: true } : { text, bom: false };

export function utf16Of(bytes: Uint8Array, file: string): 'utf-16le' | 'utf-16be' | undefined {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff))
    throw new InputError('it is encoded as UTF-32', 'Save it as UTF-8.', { file });
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  const looked = Math.min(bytes.length, 4096);
  for (let i = 0; i < looked; i++) if (bytes[i] === 0) zeros[i & 1]!++;
  const [even, odd] = zeros as [number, number];
  if (
    bytes.length % 2 !== 0 ||
    even + odd === 0 ||
    (even > 0 && odd > 0 && Math.min(even, odd) * 10 > Math.max(even, odd))
  )
    return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

/**
 * Text of bytes in an encoding that a file names. @throws InputError where no such encoding is known, or the bytes
 * aren't in it
 */
export function decodeAs(label: string, bytes: Uint8Array, file: string): string {
  if (/^(windows-?|cp-?)1252$|^(iso-?8859-?1|latin-?1|us-ascii|ascii)$/i.test(label)) return decodeWindows1252(bytes);
  try {
    return new TextDecoder(label, DECODING).decode(bytes);
  } catch (error) {
    if (error instanceof RangeError)
      throw new InputError(`the encoding ${label} is not known`, 'Save it as UTF-8.', { file });
    throw new InputError(`it is not sound ${label.toUpperCase()}: it is cut or damaged`, 'Save it as UTF-8.', { file });
  }
}

function refuseBinary(text: string, file: string): string {
  if (text.includes('\0'))
    throw new InputError('it holds zero bytes: this is no text file', 'Is it a file of another kind?', { file });
  return text;
}

/** Bytes between 80 and 9F are letters and signs in Windows-1252, and nothing in Latin-1. */
export const latinOf = (bytes: Uint8Array): string =>
  bytes.some((byte) => byte >= 0x80 && byte < 0xa0) ? 'windows-1252' : 'iso-8859-1';

/**
 * @throws InputError where most of what isn't ASCII is UTF-8: then a few bytes are damaged, and to take all for Latin-1
 * would garble the rest
 */
function decodeLatin(bytes: Uint8Array, file: string): string {
  if (!isMostlyUtf8(bytes)) return decodeWindows1252(bytes);
  const lenient = new TextDecoder('utf-8').decode(bytes);
  const line = lenient.slice(0, lenient.indexOf('\uFFFD')).split('\n').length;
  throw new InputError('here are bytes that are not UTF-8, unlike the rest of the file', 'Mend or remove them.', {
    file,
    line,
  });
}

/** Whether more signs than not are UTF-8, of those that aren't ASCII. */
export function isMostlyUtf8(bytes: Uint8Array): boolean {
  let balance = 0;
  for (const sign of new TextDecoder('utf-8').decode(bytes)) if (sign > '\x7f') balance += sign === '\uFFFD' ? -1 : 1;
  return balance > 0;
}

/** What the bytes from 80 to 9F are. Spelt out, since Node 20 takes Windows-1252 for Latin-1. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Any byte is a sign of it, and Latin-1's letters are the same. */
export function decodeWindows1252(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return latin1.replace(/[\x80-\x9f]/g, (sign) => WINDOWS_1252[sign.charCodeAt(0) - 0x80]!);
}

/** Lines, parted at LF and CRLF only, with their 1-based numbers. */
export function* linesOf(text: string): Generator<{ text: string; line: number }> {
  let line = 1;
  for (let from = 0; from < text.length; line++) {
    const at = text.indexOf('\n', from);
    const end = at < 0 ? text.length : at;
    yield { text: text.slice(from, end > from && text[end - 1] === '\r' && at >= 0 ? end - 1 : end), line };
    from = end + 1;
  }
}
