import { open } from 'node:fs/promises';
import { z } from 'zod';
import { InputError, messageOf } from '../support/errors.ts';
import { readError, writeAtomic } from '../support/files.ts';
import { NgramModel } from './ngram-model.ts';
import { TokenTable } from './token-table.ts';

/*
 * Magic (8 bytes), byte-order mark and the header's length (32 bits each), header (JSON), sections. Everything begins
 * at a multiple of 8 bytes and is little-endian, as every machine is that Node.js is made for but one.
 */
const MAGIC = 'isogloss';
const VERSION = 1;
const BYTE_ORDER = 0x01020304;
const PREAMBLE = 16;
const MOST_BYTES_A_READ = 1 << 30;
const REMAKE = 'Make it anew with isogloss lm build.';

const SECTIONS = [
  'starts',
  'words',
  'probabilities',
  'backoffs',
  'children',
  'suffixes',
  'token_offsets',
  'token_bytes',
  'token_slots',
] as const;
type Section = (typeof SECTIONS)[number];

const rulesSchema = z.strictObject({
  language: z.string(),
  case: z.enum(['lower', 'keep']),
  punctuation: z.enum(['remove', 'keep']),
  brackets: z.enum(['remove', 'keep', 'exclude']),
  digits: z.enum(['error', 'spell', 'remove', 'keep', 'exclude']),
  apostrophe: z.enum(['auto', 'letter', 'remove']),
  map: z.record(z.string(), z.string()),
  keep: z.array(z.string()).optional(),
  drop: z.array(z.string()).optional(),
});

const headerSchema = z.object({
  version: z.literal(VERSION),
  unit: z.enum(['word', 'character']),
  rules: rulesSchema.optional(),
  profile: z.array(z.string()).optional(),
  /** Bytes of each section. */
  sections: z.record(z.enum(SECTIONS), z.number().int().nonnegative()),
});

/** Writes a model as the arrays that it works with. */
export async function writeBinary(file: string, model: NgramModel): Promise<void> {
  const { tokens, nodes } = model;
  const arrays: Record<Section, Uint32Array | Float32Array | Uint8Array> = {
    ...nodes,
    token_offsets: tokens.offsets,
    token_bytes: tokens.bytes,
    token_slots: tokens.slots,
  };
  const sections = Object.fromEntries(SECTIONS.map((name) => [name, arrays[name].byteLength]));
  const header = new TextEncoder().encode(JSON.stringify({ version: VERSION, ...model.units, sections }));
  const preamble = new Uint8Array(PREAMBLE);
  new TextEncoder().encodeInto(MAGIC, preamble);
  new Uint32Array(preamble.buffer).set([BYTE_ORDER, header.length], 2);
  const parts = [
    preamble,
    header,
    ...SECTIONS.map(
      (name) => new Uint8Array(arrays[name].buffer as ArrayBuffer, arrays[name].byteOffset, arrays[name].byteLength),
    ),
  ];
  await writeAtomic(
    file,
    parts.flatMap((part) => [part, new Uint8Array(padded(part.length) - part.length)]),
  );
}

/** Whether a file begins as a binary model does. */
export async function isBinary(file: string): Promise<boolean> {
  const handle = await openForReading(file);
  try {
    const bytes = new Uint8Array(MAGIC.length);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return new TextDecoder().decode(bytes.subarray(0, bytesRead)) === MAGIC;
  } finally {
    await handle.close();
  }
}

/**
 * Opens a binary model. Node.js can't map a file into memory, so it is read whole, into one piece of memory that the
 * model's arrays are views of, on any thread: nothing is parsed but a short header.
 * @throws InputError when it is no model, was cut off, or has another version or byte order
 */
export async function readBinary(file: string): Promise<NgramModel> {
  const buffer = await readWhole(file);
  const refuse = (what: string, cause?: unknown): never => {
    throw new InputError(what, REMAKE, { file }, cause);
  };
  if (buffer.byteLength < PREAMBLE) refuse('not a language model');
  const [byteOrder, headerBytes] = new Uint32Array(buffer, 8, 2) as unknown as [number, number];
  if (byteOrder !== BYTE_ORDER) refuse('a language model made on a machine with another byte order');
  if (PREAMBLE + headerBytes > buffer.byteLength) refuse('the file was cut off');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, PREAMBLE, headerBytes)));
  } catch (error) {
    refuse(`the header is damaged: ${messageOf(error)}`, error);
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) return refuse('a language model of another version of isogloss');
  const { unit, rules, profile, sections } = parsed.data;
  let at = PREAMBLE + padded(headerBytes);
  const place = Object.fromEntries(
    SECTIONS.map((name) => {
      const start = at;
      at += padded(sections[name]);
      return [name, start];
    }),
  ) as Record<Section, number>;
  if (at !== buffer.byteLength) refuse('the file was cut off');
  const numbers = (name: Section): Uint32Array => new Uint32Array(buffer, place[name], sections[name] / 4);
  const floats = (name: Section): Float32Array => new Float32Array(buffer, place[name], sections[name] / 4);
  const tokens = new TokenTable(
    numbers('token_offsets'),
    new Uint8Array(buffer, place.token_bytes, sections.token_bytes),
    numbers('token_slots'),
  );
  return new NgramModel(
    { unit, ...(rules ? { rules } : {}), ...(profile ? { profile } : {}) },
    tokens,
    {
      starts: numbers('starts'),
      words: numbers('words'),
      probabilities: floats('probabilities'),
      backoffs: floats('backoffs'),
      children: numbers('children'),
      suffixes: numbers('suffixes'),
    },
    { file },
  );
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

async function readWhole(file: string): Promise<SharedArrayBuffer> {
  const handle = await openForReading(file);
  try {
    const { size } = await handle.stat();
    const buffer = new SharedArrayBuffer(size);
    for (let at = 0; at < size;) {
      const { bytesRead } = await handle.read(
        new Uint8Array(buffer, at, Math.min(size - at, MOST_BYTES_A_READ)),
        0,
        undefined,
        at,
      );
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return buffer;
  } catch (error) {
    throw readError(file, error);
  } finally {
    await handle.close();
  }
}

async function openForReading(file: string) {
  try {
    return await open(file);
  } catch (error) {
    throw readError(file, error);
  }
}
