import { readFile } from 'node:fs/promises';
import {
  addTiersToEaf,
  addTiersToTextGrid,
  documentOf,
  readChat,
  readEaf,
  readExb,
  readFlextext,
  readParquet,
  readSrt,
  readTable,
  readTextGrid,
  readTrs,
  readVtt,
  readXlsx,
  TRANSCRIPT_FORMATS,
  writeChat,
  writeTrs,
  type TimedTranscript,
  type TranscriptFormatName,
} from '../../src/formats/index.ts';
import { InputError } from '../../src/support/errors.ts';
import { Random } from '../../src/support/random.ts';

/** What hostile or damaged files hold. */
const PIECES = [
  ...[
    '"',
    '""',
    '<',
    '>',
    '</',
    '/>',
    '&',
    '&x;',
    '&#0;',
    '&#x110000;',
    '<!ENTITY x "y">',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?xml',
  ],
  ...[
    '-1',
    '1e308',
    'NaN',
    '99999999999',
    '0x7f',
    '--undefined--',
    '\0',
    '\r',
    '\n',
    '\t',
    ',',
    ';',
    '\uFFFD',
    '../',
    'file:///etc/passwd',
  ],
].map((text) => Buffer.from(text));

/** A file with some bytes changed, cut out, doubled or put in: always the same for the same seed. */
export function mutated(original: Uint8Array, seed: number): Uint8Array {
  const source = new Random(seed);
  const random = (): number => source.next();
  const below = (limit: number): number => source.int(limit);
  let bytes = Buffer.from(original);
  for (let left = 1 + below(6); left > 0; left--) {
    const at = below(bytes.length + 1);
    const length = Math.min(bytes.length - at, 1 + below(random() < 0.2 ? 400 : 8));
    const [before, inside, after] = [
      bytes.subarray(0, at),
      bytes.subarray(at, at + length),
      bytes.subarray(at + length),
    ];
    const kind = below(6);
    if (kind === 0) bytes = Buffer.concat([before, after]);
    else if (kind === 1) bytes = Buffer.concat([before, inside, inside, after]);
    else if (kind === 2) bytes = Buffer.concat([before, PIECES[below(PIECES.length)]!, after]);
    else if (kind === 3) bytes = Buffer.concat([before, PIECES[below(PIECES.length)]!, inside, after]);
    else if (kind === 4) bytes = Buffer.from(bytes.subarray(0, random() < 0.3 ? at : bytes.length));
    else bytes = Buffer.concat([before, Buffer.from(inside.map((byte) => byte ^ (1 << below(8)))), after]);
  }
  return bytes;
}

/** A file for each reader that strangers' files come to. */
export const CASES: Record<string, { original: () => Promise<Uint8Array>; read: (bytes: Uint8Array) => unknown }> = {
  eaf: { original: () => written('eaf'), read: (bytes) => readEaf(bytes, { file }) },
  'eaf with tiers added': {
    original: () => written('eaf'),
    read: (bytes) => addTiersToEaf(bytes, documentOf(TRANSCRIPT, { prefix: 'new ' }).tiers, { file }),
  },
  textgrid: { original: () => fixture('praat-long.TextGrid'), read: (bytes) => readTextGrid(bytes, { file }) },
  'binary textgrid': {
    original: () => fixture('praat-binary.TextGrid'),
    read: (bytes) => readTextGrid(bytes, { file }),
  },
  'textgrid with tiers added': {
    original: () => fixture('praat-short.TextGrid'),
    read: (bytes) => addTiersToTextGrid(bytes, documentOf(TRANSCRIPT).tiers, { file }),
  },
  flextext: { original: () => written('flextext'), read: (bytes) => readFlextext(bytes, { file }) },
  exb: { original: () => written('exb'), read: (bytes) => readExb(bytes, { file }) },
  trs: {
    original: () => Promise.resolve(Buffer.from(writeTrs(documentOf(TRANSCRIPT)).content)),
    read: (bytes) => readTrs(bytes, { file }),
  },
  chat: {
    original: () => Promise.resolve(Buffer.from(writeChat(documentOf(TRANSCRIPT)).content)),
    read: (bytes) => readChat(bytes, { file }),
  },
  srt: { original: () => written('srt'), read: (bytes) => readSrt(bytes, { file }) },
  vtt: { original: () => written('vtt'), read: (bytes) => readVtt(bytes, { file }) },
  csv: { original: () => written('csv'), read: async (bytes) => drain((await readTable(bytes, { file })).rows) },
  parquet: {
    original: () => fixture('snappy.parquet'),
    read: (bytes) => drain(readParquet(bufferOf(bytes), { file })),
  },
  'packed parquet': {
    original: () => fixture('zstd.parquet'),
    read: (bytes) => drain(readParquet(bufferOf(bytes), { file })),
  },
  xlsx: { original: () => fixture('words.xlsx'), read: (bytes) => readXlsx(bytes, { file }) },
};

/** What reading a mutated file throws that is no InputError with the file's name; undefined where all is well. */
export async function faultOf(name: string, seed: number): Promise<unknown> {
  const { original, read } = CASES[name]!;
  try {
    await read(mutated(await original(), seed));
    return undefined;
  } catch (error) {
    return error instanceof InputError && error.place.file === file ? undefined : error;
  }
}

const file = 'mutated';
const TRANSCRIPT: TimedTranscript = {
  file: 'story.wav',
  seconds: 2.4,
  segments: [
    {
      start: 0,
      end: 1,
      text: 'ŋa "le" & <ho>',
      speaker: 'Ama',
      confidence: 0.5,
      words: [
        { text: 'ŋa', start: 0, end: 0.5, confidence: 0.5 },
        { text: 'le', start: 0.5, end: 1 },
      ],
    },
    { start: 1.5, end: 2.4, text: 'déjà 😀', speaker: 'Bo' },
  ],
};

const written = (name: TranscriptFormatName): Promise<Uint8Array> =>
  Promise.resolve(Buffer.from(TRANSCRIPT_FORMATS[name].write(TRANSCRIPT).content));
const fixture = (name: string): Promise<Uint8Array> =>
  readFile(new URL(`../fixtures/formats/${name}`, import.meta.url));

function bufferOf(bytes: Uint8Array): { byteLength: number; slice: (from: number, to?: number) => ArrayBuffer } {
  const own = Uint8Array.from(bytes).buffer;
  return { byteLength: own.byteLength, slice: (from, to) => own.slice(from, to) };
}

async function drain(rows: AsyncIterable<unknown>): Promise<void> {
  const iterator = rows[Symbol.asyncIterator]();
  while (!(await iterator.next()).done);
}
