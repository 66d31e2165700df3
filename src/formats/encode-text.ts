import { decodeAs } from '../support/decode-text.ts';

/**
 * Bytes of text in an encoding that `decodeText` recognises.
 * @returns undefined where the encoding can't hold the text
 */
export function encodeText(text: string, encoding: string, bom: boolean): Uint8Array | undefined {
  const marked = bom ? `\uFEFF${text}` : text;
  if (encoding === 'utf-8') return Buffer.from(marked, 'utf8');
  if (encoding === 'utf-16le') return Buffer.from(marked, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(marked, 'utf16le').swap16();
  return encodeSingleBytes(text, encoding);
}

function encodeSingleBytes(text: string, encoding: string): Uint8Array | undefined {
  const signs = decodeAs(
    encoding,
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
    '',
  );
  const codes = new Map(Array.from(signs, (sign, byte) => [sign, byte]));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = codes.get(text[i]!);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
