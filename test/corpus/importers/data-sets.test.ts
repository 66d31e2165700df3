import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LookOptions } from '../../../src/corpus/import/import.ts';
import { importers } from '../../../src/corpus/importers/index.ts';
import { eaf, imported, tier, wav, workplace } from '../import/archive.ts';
import { writeTree } from './import.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

const lines = (...all: readonly unknown[]): string =>
  all.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
const tabs = (...rows: readonly string[][]): string => lines(...rows.map((row) => row.join('\t')));

const FLEXTEXT = `<?xml version="1.0"?><document version="2"><interlinear-text><paragraphs><paragraph><phrases>
<phrase begin-time-offset="500" end-time-offset="1500" speaker="Ama" media-file="m"><item type="txt" lang="abz">akara bou</item>
<words><word><item type="txt" lang="abz">akara</item></word><word><item type="txt" lang="abz">bou</item></word></words>
<item type="gls" lang="en">the house is big</item></phrase></phrases></paragraph></paragraphs>
<media-files offset-type="milliseconds"><media guid="m" location="story.wav"/></media-files></interlinear-text></document>`;
const TRS = `<?xml version="1.0"?><!DOCTYPE Trans SYSTEM "trans-13.dtd"><Trans audio_filename="story">
<Speakers><Speaker id="s1" name="Ama"/><Speaker id="s2" name="Kofi"/></Speakers><Episode><Section type="report" startTime="0" endTime="2">
<Turn startTime="0" endTime="2" speaker="s1"><Sync time="0.5"/>
akara bou
<Sync time="1.5"/>
di kaai
<Event desc="cough"/>
</Turn><Turn startTime="2" endTime="3" speaker="s2"><Sync time="2"/>
hada muila
</Turn></Section></Episode></Trans>`;
const EXB = `<?xml version="1.0"?><basic-transcription><head><meta-information><referenced-file url="story.wav"/></meta-information>
<speakertable><speaker id="S1"><abbreviation>Ama</abbreviation></speaker></speakertable></head><basic-body>
<common-timeline><tli id="T0" time="0.5"/><tli id="T1" time="1.5"/></common-timeline>
<tier id="TIE0" speaker="S1" category="v" type="t" display-name="Ama [v]"><event start="T0" end="T1">akara bou</event></tier>
</basic-body></basic-transcription>`;

/** The name of a layout, its files, its recordings, what is said to the import, and what comes of it: id, audio, text, and more. */
const LAYOUTS: [string, Record<string, string | Uint8Array>, string[], LookOptions, Record<string, unknown>[]][] = [
  [
    'flex',
    { 'story.flextext': FLEXTEXT },
    ['story.wav'],
    {},
    [{ audio: 'x/story.wav', text: 'akara bou', start: 0.5, end: 1.5, speaker: 'Ama' }],
  ],
  [
    'chat',
    {
      'story.cha':
        '@Begin\n@Media:\tstory, audio\n@Participants:\tAMA Ama Adult, KOF Kofi Adult\n*AMA:\takara bou . \u0015500_1500\u0015\n%eng:\tthe house is big\n*KOF:\tdi kaai . \u00151500_2000\u0015\n%eng:\ta dog\n@End\n',
    },
    ['story.wav'],
    {},
    [
      { text: 'akara bou .', start: 0.5, end: 1.5, speaker: 'AMA' },
      { text: 'di kaai .', start: 1.5, end: 2, speaker: 'KOF' },
    ],
  ],
  [
    'transcriber',
    { 'story.trs': TRS },
    ['story.wav'],
    {},
    [
      { text: 'akara bou', start: 0.5, end: 1.5, speaker: 'Ama' },
      { text: 'di kaai', start: 1.5, end: 2 },
      { text: 'hada muila', start: 2, end: 3, speaker: 'Kofi' },
    ],
  ],
  ['exmaralda', { 'story.exb': EXB }, ['story.wav'], {}, [{ text: 'akara bou', start: 0.5, end: 1.5, speaker: 'Ama' }]],
  [
    'srt',
    { 'story.srt': '1\n00:00:00,500 --> 00:00:01,500\nakara bou\n' },
    ['story.mp3'],
    {},
    [{ audio: 'x/story.mp3', text: 'akara bou', start: 0.5, end: 1.5 }],
  ],
  [
    'vtt',
    { 'story.vtt': 'WEBVTT\n\n00:00.500 --> 00:01.500\n<v Ama>akara bou\n' },
    ['story.wav'],
    {},
    [{ text: 'akara bou', start: 0.5, end: 1.5, speaker: 'Ama' }],
  ],
  [
    'audacity',
    { 'story.txt': '0.5\t1.5\takara bou\n1.5\t2\t\n' },
    ['story.wav'],
    {},
    [{ text: 'akara bou', start: 0.5, end: 1.5 }],
  ],
  [
    'stm',
    { 'all.stm': ';; said\nstory 1 Ama 0.5 1.5 <o,f0,male> akara bou\nstory 1 x 2 3 ignore_time_segment_in_scoring\n' },
    ['story.wav'],
    {},
    [{ id: 'story/0000500', text: 'akara bou', speaker: 'Ama', start: 0.5 }],
  ],
  [
    'ctm',
    { 'all.ctm': 'story 1 0.5 0.3 akara\nstory 1 0.9 0.6 bou\nstory 1 2.5 0.4 di\nother 1 2.6 0.1 la\n' },
    ['story.wav', 'other.wav'],
    {},
    [
      { text: 'akara bou', start: 0.5, end: 1.5 },
      { text: 'di', start: 2.5, end: 2.9 },
      { audio: 'x/other.wav', text: 'la' },
    ],
  ],
  [
    'saymore',
    {
      's1/s1.session': '<Session><participants type="string">Ama</participants></Session>',
      's1/story.wav.annotations.eaf': eaf([
        tier('Transcription', ['akara bou']),
        tier('Phrase Free Translation', ['big house']),
      ]),
    },
    ['s1/story.wav'],
    {},
    [{ audio: 'x/s1/story.wav', text: 'akara bou', speaker: 'Ama' }],
  ],
  [
    'commonvoice',
    {
      'cv/validated.tsv': tabs(
        ['client_id', 'path', 'sentence', 'locale'],
        ['ama', 'c1.mp3', 'he said "no', 'abz'],
        ['kofi', 'c2.mp3', 'di kaai', 'abz'],
      ),
      'cv/train.tsv': tabs(['client_id', 'path', 'sentence'], ['kofi', 'c2.mp3', 'di kaai']),
      'cv/clip_durations.tsv': tabs(['clip', 'duration[ms]'], ['c1.mp3', '1500']),
    },
    ['cv/clips/c1.mp3', 'cv/clips/c2.mp3'],
    {},
    [
      { id: 'c1', audio: 'x/cv/clips/c1.mp3', text: 'he said "no', speaker: 'ama', language: 'abz', duration: 1.5 },
      { id: 'c2', split: 'train' },
    ],
  ],
  [
    'kaldi',
    {
      'data/dev/wav.scp': 'r1 ../../sound/a.wav\nr2 sox ../../sound/b.flac -t wav - |\nr3 rm -rf ~ |\n',
      'data/dev/text': 'u1 akara bou\nu2 di kaai\nu3 la\nu4 x\n',
      'data/dev/segments': 'u1 r1 0.5 1.5\nu2 r2 1 -1\nu3 r3 0 1\nu4 r9 0 1\n',
      'data/dev/utt2spk': 'u1 ama\nu2 u2\n',
    },
    ['sound/a.wav', 'sound/b.flac'],
    {},
    [
      { id: 'u1', audio: 'x/sound/a.wav', start: 0.5, end: 1.5, speaker: 'ama', split: 'dev' },
      { id: 'u2', audio: 'x/sound/b.flac', text: 'di kaai', start: 1 },
    ],
  ],
  [
    'librispeech',
    { 'dev-clean/84/121/84-121.trans.txt': '84-121-0000 AKARA BOU\n' },
    ['dev-clean/84/121/84-121-0000.flac'],
    {},
    [
      {
        id: '84-121-0000',
        audio: 'x/dev-clean/84/121/84-121-0000.flac',
        text: 'AKARA BOU',
        speaker: '84',
        split: 'dev',
      },
    ],
  ],
  [
    'ljspeech',
    { 'metadata.csv': 'LJ1|1 "a|one a\nLJ2|bou|\n' },
    ['wavs/LJ1.wav', 'wavs/LJ2.wav'],
    {},
    [
      { id: 'LJ1', text: 'one a', audio: 'x/wavs/LJ1.wav' },
      { id: 'LJ2', text: 'bou' },
    ],
  ],
  [
    'fleurs',
    { 'train.tsv': tabs(['1', 'a.wav', 'Akara bou.', 'akara bou', 'a k', '16000', 'FEMALE']) },
    ['audio/train/a.wav'],
    {},
    [{ id: 'a', audio: 'x/audio/train/a.wav', text: 'Akara bou.', split: 'train' }],
  ],
  [
    'voxpopuli',
    {
      'asr_dev.tsv': tabs(
        ['id', 'raw_text', 'normalized_text', 'speaker_id', 'split'],
        ['2009-x_1', 'Akara bou.', 'akara bou', '7', 'dev'],
      ),
    },
    ['dev/dev_part_0/2009-x_1.ogg'],
    {},
    [{ id: '2009-x_1', audio: 'x/dev/dev_part_0/2009-x_1.ogg', text: 'Akara bou.', speaker: '7', split: 'dev' }],
  ],
  [
    'nemo',
    { 'train_manifest.json': lines({ audio_filepath: 'a.wav', text: 'akara bou', duration: 1.5, offset: 0.5 }) },
    ['a.wav'],
    {},
    [{ audio: 'x/a.wav', text: 'akara bou', start: 0.5, end: 2 }],
  ],
  [
    'audiofolder',
    { 'test/metadata.jsonl': lines({ file_name: 'a.wav', transcription: 'akara bou' }) },
    ['test/a.wav'],
    {},
    [{ audio: 'x/test/a.wav', text: 'akara bou', split: 'test' }],
  ],
  [
    'audiofolder',
    { 'metadata.csv': 'file_name,text\nsub/a.wav,"akara, ""bou"""\n' },
    ['sub/a.wav'],
    {},
    [{ audio: 'x/sub/a.wav', text: 'akara, "bou"' }],
  ],
  [
    'lhotse',
    {
      'l_supervisions_train.jsonl.gz': gzipSync(
        lines(
          { id: 's1', recording_id: 'r1', start: 0.5, duration: 1, channel: 0, text: 'akara bou', speaker: 'ama' },
          { id: 's2', recording_id: 'r2', start: 0, duration: 1, text: 'x' },
        ),
      ),
      'l_recordings_train.jsonl.gz': gzipSync(
        lines(
          {
            id: 'r1',
            sources: [{ type: 'file', channels: [0], source: 'sound/a.wav' }],
            sampling_rate: 16000,
            num_samples: 1,
            duration: 9,
          },
          { id: 'r2', sources: [{ type: 'command', channels: [0], source: 'rm -rf ~' }] },
        ),
      ),
    },
    ['sound/a.wav'],
    {},
    [{ id: 's1', audio: 'x/sound/a.wav', start: 0.5, end: 1.5, speaker: 'ama', split: 'train' }],
  ],
  [
    'table',
    { 'words.csv': 'Datei;Orthographie;speaker;start;end\na.wav;akara;ama;0,5;1,5\na.wav;bou;ama;x;2\n;di;ama;1;2\n' },
    ['sound/a.wav'],
    { columns: { audio: 'datei', text: 'Orthographie' } },
    [{ audio: 'x/sound/a.wav', text: 'akara', speaker: 'ama', start: 0.5, end: 1.5 }],
  ],
];

beforeEach(async () => {
  await workplace();
});

describe('a folder', () => {
  it('with a packed list that is cut off gives what the others hold', async () => {
    const supervisions = (count: number): string =>
      lines(
        ...Array.from({ length: count }, (_, i) => {
          return { id: `${count} ${i}`, recording_id: 'r', start: 0, duration: 1, text: `akara ${i}` };
        }),
      );
    await writeTree('x', {
      'l_supervisions_test.jsonl.gz': gzipSync(supervisions(2)),
      'l_recordings_test.jsonl.gz': gzipSync(
        lines({ id: 'r', sources: [{ type: 'file', channels: [0], source: 'a.wav' }] }),
      ),
      'l_supervisions_train.jsonl.gz': gzipSync(supervisions(5000)).subarray(0, 2000),
    });
    await wav('x/a.wav', 5);
    const { utterances, result } = await imported('x', {});
    expect(utterances.map(({ id }) => id)).toEqual(['2 0', '2 1']);
    expect(result.leftOut.length).toBeGreaterThan(0);
  });

  it.each(LAYOUTS)('of %s becomes a corpus', async (format, files, recordings, options, expected) => {
    await writeTree('x', files);
    for (const recording of recordings) {
      if (recording.endsWith('.wav')) await wav(`x/${recording}`, 5);
      else {
        await mkdir(path.dirname(`x/${recording}`), { recursive: true });
        await writeFile(`x/${recording}`, 'sound');
      }
    }
    const { utterances, result } = await imported('x', options);
    expect(result.format).toBe(format);
    expect(utterances).toHaveLength(expected.length);
    expected.forEach((one, i) => expect(utterances[i]).toMatchObject(one));
    for (const { source } of utterances) expect(Object.keys(files)).toContain(source!.file.replace(/^x\//, ''));
  });

  it('is tried for every format that is read', () => {
    const tried = new Set([...LAYOUTS.map(([format]) => format), 'elan', 'praat', 'pairs', 'parquet']);
    expect(importers.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  });

  it('of which rows can’t be used tells why, and takes the others', async () => {
    const [, files] = LAYOUTS.find(([format]) => format === 'kaldi')!;
    await writeTree('x', files);
    for (const name of ['a.wav', 'b.wav']) await wav(`x/sound/${name}`);
    const { result } = await imported('x');
    expect(result.leftOut.map(({ reason, first }) => [first[0]!.item, reason])).toEqual([
      ['u3', 'wav.scp has a command for it, which is not run'],
      ['u4', 'wav.scp names no recording for it'],
    ]);
  });

  it('of Parquet gives its sounds to the corpus', async () => {
    await mkdir('x');
    await copyFile(path.join(HERE, '../../fixtures/formats/snappy.parquet'), 'x/validation-00000-of-00001.parquet');
    const { utterances, result } = await imported('x');
    expect(utterances.map(({ id, audio, text, speaker, split }) => [id, audio, text, speaker, split])).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => [`a${i}`, `audio/a${i}.wav`, `ŋa˥ ${i}`, String(i), 'dev']),
    );
    expect(await readFile(path.join(result.folder, 'audio/a3.wav'), 'latin1')).toBe('RIFF\0\xff\x03');
    expect(result.leftOut).toMatchObject([{ reason: 'no recording is named', count: 1 }]);
  });

  it('with a workbook is read by its first sheet', async () => {
    await mkdir('x');
    await copyFile(path.join(HERE, '../../fixtures/formats/words.xlsx'), 'x/words.xlsx');
    for (const name of ['a', 'b']) await wav(`x/${name}.wav`);
    const { utterances, result } = await imported('x');
    expect(utterances).toMatchObject([{ audio: 'x/a.wav', text: 'ŋa˥ "x"' }]);
    expect(result.untranscribed).toBe(1);
  });

  it('with a table asks for the columns that it can’t know', async () => {
    await writeTree('x', { 'list.csv': 'Datei,Orthographie\na.wav,akara\n' });
    await wav('x/a.wav');
    const error = (await imported('x').catch((e: unknown) => e)) as Error & { next: string };
    expect(error.message).toBe('Which column of list.csv has the transcript?');
    expect(error.next).toContain("--column 'text=Orthographie'");
    await expect(imported('x', { columns: { text: 'nothing' } })).rejects.toThrow(/there is no column nothing/);
  });
});
