import type { AnnotationDocument } from './annotation.ts';
import { readAudacityLabels } from './audacity.ts';
import { readChat } from './chat.ts';
import { writeCtm } from './ctm.ts';
import type { TextInput } from '../support/decode-text.ts';
import { readEaf } from './eaf/read.ts';
import { writeEaf } from './eaf/write.ts';
import { readExb, writeExb } from './exb.ts';
import { readFlextext } from './flextext/read.ts';
import { writeFlextext } from './flextext/write.ts';
import { writeJsonLines } from './json-lines.ts';
import type { Written } from './notes.ts';
import { readSrt, writeSrt } from './srt.ts';
import { writeStm } from './stm.ts';
import { writeCsv } from './table/csv.ts';
import { readTextGrid } from './textgrid/read.ts';
import { writeTextGrid } from './textgrid/write.ts';
import type { TimedTranscript } from './transcript.ts';
import { documentOf } from './transcript-tiers.ts';
import { writeTrn } from './trn.ts';
import { writeTxt } from './txt.ts';
import { readTrs } from './trs.ts';
import { readVtt, writeVtt } from './vtt.ts';

/** A format of annotations by its ending. A file may hold several documents (FLEx). */
export interface AnnotationFormat {
  /** For people. */
  name: string;
  /** Lower case, with the dot. */
  ending: string;
  read: (input: TextInput, place: { file: string }) => AnnotationDocument[];
}

type ReadOne = (input: TextInput, place: { file: string }) => AnnotationDocument;
const one =
  (read: ReadOne): AnnotationFormat['read'] =>
  (input, place) => [read(input, place)];

/**
 * Formats of annotations that are read. Audacity's labels are `.txt`, which many things are: so they are not found by
 * ending.
 */
export const ANNOTATION_FORMATS = {
  eaf: { name: 'ELAN', ending: '.eaf', read: one(readEaf) },
  textgrid: { name: 'Praat TextGrid', ending: '.textgrid', read: one(readTextGrid) },
  flextext: { name: 'FLEx', ending: '.flextext', read: readFlextext },
  chat: { name: 'CHAT', ending: '.cha', read: one(readChat) },
  trs: { name: 'Transcriber', ending: '.trs', read: one(readTrs) },
  exb: { name: 'EXMARaLDA', ending: '.exb', read: one(readExb) },
  srt: { name: 'SubRip', ending: '.srt', read: one(readSrt) },
  vtt: { name: 'WebVTT', ending: '.vtt', read: one(readVtt) },
  audacity: { name: 'Audacity labels', ending: '.txt', read: one(readAudacityLabels) },
} satisfies Record<string, AnnotationFormat>;

/** A format in which transcripts are written. */
export interface TranscriptFormat {
  name: string;
  ending: string;
  write: (transcript: TimedTranscript) => Written;
}

/**
 * Formats of transcripts that are written.
 * @example
 * const { content, notes } = TRANSCRIPT_FORMATS.srt.write(transcript);
 */
export const TRANSCRIPT_FORMATS = {
  txt: { name: 'plain text', ending: '.txt', write: writeTxt },
  jsonl: {
    name: 'JSON lines',
    ending: '.jsonl',
    write: (transcript) => ({ content: writeJsonLines([transcript]), notes: [] }),
  },
  eaf: { name: 'ELAN', ending: '.eaf', write: (transcript) => writeEaf(documentOf(transcript)) },
  textgrid: {
    name: 'Praat TextGrid',
    ending: '.TextGrid',
    write: (transcript) => writeTextGrid(documentOf(transcript)),
  },
  flextext: { name: 'FLEx', ending: '.flextext', write: writeFlextext },
  srt: { name: 'SubRip', ending: '.srt', write: writeSrt },
  vtt: { name: 'WebVTT', ending: '.vtt', write: writeVtt },
  ctm: { name: 'NIST CTM', ending: '.ctm', write: writeCtm },
  stm: { name: 'NIST STM', ending: '.stm', write: writeStm },
  trn: { name: 'NIST TRN', ending: '.trn', write: writeTrn },
  csv: { name: 'CSV', ending: '.csv', write: writeCsv },
  exb: { name: 'EXMARaLDA', ending: '.exb', write: (transcript) => writeExb(documentOf(transcript)) },
} satisfies Record<string, TranscriptFormat>;

export type TranscriptFormatName = keyof typeof TRANSCRIPT_FORMATS;
