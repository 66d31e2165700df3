import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  audioOf,
  csvCell,
  parquetColumns,
  readJsonLines,
  readParquet,
  readTable,
  readXlsx,
  writeJsonLines,
  type ByteSource,
} from '../../src/formats/index.ts';
import { InputError } from '../../src/support/errors.ts';
import { hostileText } from './arbitrary.ts';

const file = 'x';
const fixture = (name: string): Promise<Buffer> => readFile(new URL(`../fixtures/formats/${name}`, import.meta.url));
const refusal = (words: string, line?: number): unknown =>
  expect.objectContaining({
    message: expect.stringContaining(words) as string,
    place: { file, ...(line && { line }) },
  });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** A file as the disk gives it, in pieces that part characters and lines. */
async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += length)
    yield await Promise.resolve(bytes.subarray(from, from + length));
}

async function table(
  source: ByteSource,
  options = {},
): Promise<{ columns: string[]; cells: string[][]; lines: number[]; encoding: string; delimiter: string }> {
  const { columns, rows, encoding, dialect } = await readTable(source, { file, ...options });
  const list = await all(rows);
  return {
    columns,
    cells: list.map(({ cells }) => cells),
    lines: list.map(({ line }) => line),
    encoding: encoding(),
    delimiter: dialect.delimiter,
  };
}

describe('readTable', () => {
  it('reads a table as Common Voice has it: tabs, and quotes that are just quotes', async () => {
    const tsv = 'client_id\tpath\tsentence\nx\ta.mp3\t"Ha, he said\ny\tb.mp3\t"ho" she said\nz\tc.mp3\tit’s 5" long\n';
    expect(await table(tsv)).toMatchObject({
      columns: ['client_id', 'path', 'sentence'],
      cells: [
        ['x', 'a.mp3', '"Ha, he said'],
        ['y', 'b.mp3', '"ho" she said'],
        ['z', 'c.mp3', 'it’s 5" long'],
      ],
      lines: [2, 3, 4],
    });
  });

  it('reads what spreadsheets write: semicolons, quotes with line breaks, a byte order mark', async () => {
    const csv = '\uFEFFDatei;Text;start\r\na.wav;"er sagt: ""ha"";\r\nja";0,5\r\nb.wav;nein;2\r\n';
    expect(await table(Buffer.from(csv))).toMatchObject({
      columns: ['Datei', 'Text', 'start'],
      cells: [
        ['a.wav', 'er sagt: "ha";\r\nja', '0,5'],
        ['b.wav', 'nein', '2'],
      ],
      delimiter: ';',
    });
  });

  it('reads LJSpeech’s bars, without header', async () => {
    expect(await table('LJ001|Printing, in the only|Printing, in\nLJ002|in being|in being\n')).toMatchObject({
      columns: ['1', '2', '3'],
      cells: [
        ['LJ001', 'Printing, in the only', 'Printing, in'],
        ['LJ002', 'in being', 'in being'],
      ],
    });
  });

  it('takes what it is told over what it finds', async () => {
    expect(await table('a,b;c\n1,2;3\n', { delimiter: ';', header: false })).toMatchObject({
      cells: [
        ['a,b', 'c'],
        ['1,2', '3'],
      ],
    });
  });

  it('keeps rows that are too short or too long, and finds a header of words above numbers', async () => {
    expect(await table('name,length\na,1\nb\nc,3,x\n')).toMatchObject({ columns: ['1', '2'] });
    expect(await table('name,length\na,1\nc,3\n')).toMatchObject({
      columns: ['name', 'length'],
      cells: [
        ['a', '1'],
        ['c', '3'],
      ],
    });
    expect(await table('file,text\na,1\nb\nc,3,x\n')).toMatchObject({
      cells: [['a', '1'], ['b'], ['c', '3', 'x']],
      lines: [2, 3, 4],
    });
  });

  it('recognises encodings while it streams, and names them', async () => {
    const text = `path\ttext\n${'a.wav\tplain\n'.repeat(20)}b.wav\tdéjà ŋ\n`;
    for (const length of [1, 7, 1000])
      expect((await table(inPieces(Buffer.from(text), length))).cells.at(-1)).toEqual(['b.wav', 'déjà ŋ']);
    const latin = await table(inPieces(Buffer.from(text.replace(' ŋ', ''), 'latin1'), 9));
    expect([latin.cells.at(-1), latin.encoding]).toEqual([['b.wav', 'déjà'], 'iso-8859-1']);
    const wide = await table(inPieces(Buffer.from(`\uFEFF${text}`, 'utf16le'), 64));
    expect([wide.columns, wide.cells.at(-1), wide.encoding]).toEqual([
      ['path', 'text'],
      ['b.wav', 'déjà ŋ'],
      'utf-16le',
    ]);
    const damaged = Buffer.concat([Buffer.from(text), Buffer.from([0xe9, 0x0a])]);
    await expect(table(inPieces(damaged, 50))).rejects.toEqual(refusal('not UTF-8', 22));
  });

  it('refuses what is empty, binary, or has a quote that is never closed', async () => {
    await expect(table('')).rejects.toEqual(refusal('empty'));
    await expect(table(inPieces(Buffer.from('abc\0de\0\0gh'), 20))).rejects.toEqual(refusal('no text file'));
    await expect(table('a,b\n1,"2\n3,4', { quotes: true, delimiter: ',' })).rejects.toThrow(InputError);
  });

  it('reads every cell that csvCell writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(hostileText, hostileText), { minLength: 1 }), async (rows) => {
        const csv = [['path', 'text'], ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');
        const filled = rows.filter((row) => row.join('') !== '');
        expect(
          (await table(csv, { delimiter: ',', quotes: true, header: true })).cells.filter((row) => row.join('') !== ''),
        ).toEqual(filled);
      }),
    );
  });
});

describe('readXlsx', () => {
  it('reads what openpyxl wrote', async () => {
    expect(await readXlsx(await fixture('words.xlsx'), { file })).toEqual([
      {
        name: 'words',
        rows: [
          ['file', 'text', 'seconds', 'day'],
          ['a.wav', 'ŋa˥ "x"', '1.5', '2020-01-02T00:00:00.000Z'],
          ['b.wav', '', '2', ''],
        ],
      },
      { name: 'more', rows: [['x']] },
    ]);
  });

  it('refuses what is no workbook, and a bomb', async () => {
    await expect(readXlsx(Buffer.from('hello'), { file })).rejects.toEqual(refusal('Excel'));
    const bomb = Buffer.from(await fixture('words.xlsx'));
    bomb.writeUInt32LE(0xfffffff0, bomb.indexOf('PK\x01\x02', 0, 'latin1') + 24);
    await expect(readXlsx(bomb, { file })).rejects.toEqual(refusal('500 MB'));
  });
});

describe('readParquet', () => {
  const source = (bytes: Uint8Array): { byteLength: number; slice: (from: number, to?: number) => ArrayBuffer } => {
    const own = Uint8Array.from(bytes).buffer;
    return { byteLength: own.byteLength, slice: (from, to) => own.slice(from, to) };
  };

  it.each(['snappy', 'zstd', 'gzip', 'none'])(
    'reads rows of all groups, with the sound inside: %s',
    async (compression) => {
      const buffer = source(await fixture(`${compression}.parquet`));
      const rows = await all(readParquet(buffer, { file }));
      expect(rows).toHaveLength(7);
      expect(rows.map(({ sentence }) => sentence)).toEqual(Array.from({ length: 7 }, (_, i) => `ŋa˥ ${i}`));
      expect(rows[5]).toMatchObject({ seconds: 1.25, speaker_id: 5n });
      expect(audioOf(rows[5]!.audio)).toEqual({
        bytes: Uint8Array.from([...Buffer.from('RIFF'), 0, 255, 5]),
        path: 'a5.wav',
      });
      expect(audioOf(rows[6]!.audio)).toBeUndefined();
      expect(await parquetColumns(buffer, { file })).toEqual(['audio', 'sentence', 'seconds', 'speaker_id']);
      expect((await all(readParquet(buffer, { file, columns: ['sentence'] })))[0]).toEqual({ sentence: 'ŋa˥ 0' });
    },
  );

  it('refuses what is no Parquet file', async () => {
    await expect(all(readParquet(source(Buffer.from('hello, this is text')), { file }))).rejects.toEqual(
      refusal('Parquet'),
    );
  });
});

describe('JSON lines', () => {
  it('keep what is written, also U+2028, in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: hostileText, n: fc.integer() })),
        fc.integer({ min: 1, max: 50 }),
        async (values, length) => {
          const read = await all(readJsonLines(inPieces(Buffer.from(writeJsonLines(values)), length), { file }));
          expect(read.map(({ value }) => value)).toEqual(values);
          expect(read.map(({ line }) => line)).toEqual(values.map((_, i) => i + 1));
        },
      ),
    );
  });

  it('name the line that is none', async () => {
    await expect(all(readJsonLines('{}\r\n\r\n{', { file }))).rejects.toEqual(refusal('not valid JSON', 3));
  });
});
