/**
 * How fast what a linguist or a data set brings is read: an ELAN file of a hundred megabytes, and a table of 700,000 rows as Common Voice
 * has it. Beside them the same work done plainly: the file through saxes, the table through csv-parse, nothing made of it.
 * CPU seconds of the process, so that a busy machine tells nearly the same.
 */
import { parse } from 'csv-parse';
import { SaxesParser } from 'saxes';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { lookInto } from '../src/corpus/import/import.ts';
import { writeCorpus } from '../src/corpus/import/write-corpus.ts';
import { readEaf } from '../src/formats/index.ts';

const [ANNOTATIONS, ROWS] = [255_000, 700_000];

async function cpu(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const seconds = (value: number): string => `${value.toFixed(1)} s`;
const peak = (): string => `peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`;

async function eaf(place: string): Promise<void> {
  const slots = Array.from(
    { length: 2 * ANNOTATIONS },
    (_, i) => `    <TIME_SLOT TIME_SLOT_ID="ts${i + 1}" TIME_VALUE="${25 * i}"/>\n`,
  );
  const annotations = Array.from(
    { length: ANNOTATIONS },
    (_, i) =>
      `        <ANNOTATION>\n            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a${i + 1}" TIME_SLOT_REF1="ts${2 * i + 1}" TIME_SLOT_REF2="ts${2 * i + 2}">\n                <ANNOTATION_VALUE>hekaai deina del ong hayei ba ${i}</ANNOTATION_VALUE>\n            </ALIGNABLE_ANNOTATION>\n        </ANNOTATION>\n`,
  );
  const file = path.join(place, 'big.eaf');
  await writeFile(
    file,
    `<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-01T00:00:00Z" FORMAT="3.0" VERSION="3.0">\n<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/>\n<TIME_ORDER>\n${slots.join('')}</TIME_ORDER>\n<TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="tx@Ama">\n${annotations.join('')}</TIER>\n<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="default-lt" TIME_ALIGNABLE="true"/>\n</ANNOTATION_DOCUMENT>\n`,
  );
  const bytes = await readFile(file);
  const own = await cpu(() => readEaf(bytes, { file }));
  const plain = await cpu(() => new SaxesParser().write(bytes.toString()).close());
  console.log(
    `EAF of ${(bytes.length / 1e6).toFixed(0)} MB: ${seconds(own)}; saxes alone ${seconds(plain)}; ${(own / plain).toFixed(2)} ×`,
  );
}

async function commonVoice(place: string): Promise<void> {
  const folder = path.join(place, 'cv');
  await mkdir(folder);
  const table = createWriteStream(path.join(folder, 'validated.tsv'));
  table.write('client_id\tpath\tsentence_id\tsentence\tup_votes\tdown_votes\tage\tgender\taccents\tlocale\tsegment\n');
  for (let i = 0; i < ROWS; i++) {
    const client = (i % 9000).toString(16).padStart(128, '0');
    const said = `la casa è grande e il cane corre nel prato ${i}`;
    if (!table.write(`${client}\tcommon_voice_it_${17e6 + i}.mp3\t${i}\t${said}\t2\t0\t\t\t\tit\t\n`))
      await once(table, 'drain');
  }
  table.end();
  await finished(table);
  process.chdir(place);
  const begun = performance.now();
  const own = await cpu(async () => writeCorpus(await lookInto('cv', { keepMissing: true })));
  const wall = (performance.now() - begun) / 1000;
  const memory = peak();
  const rows = createReadStream(path.join(folder, 'validated.tsv')).pipe(parse({ delimiter: '\t', quote: false }));
  const plain = await cpu(async () => {
    for await (const row of rows) void row;
  });
  console.log(
    `Common Voice of ${ROWS} rows: ${seconds(own)} (${seconds(wall)} by the clock), ${memory}; csv-parse alone ${seconds(plain)}; ${(own / plain).toFixed(2)} ×`,
  );
}

const place = await mkdtemp(path.join(tmpdir(), 'bench-import-'));
try {
  // The table first: the peak of memory is the process's.
  await commonVoice(place);
  await eaf(place);
} finally {
  process.chdir('/');
  await rm(place, { recursive: true, force: true });
}
