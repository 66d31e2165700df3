/** Readers and writers of annotation and transcript formats: pure functions between text or bytes and records. */
export type { Annotation, AnnotationDocument, Constraint, MediaLink, Tier, Vocabulary } from './annotation.ts';
export { readAudacityLabels, writeAudacityLabels } from './audacity.ts';
export { readChat, writeChat } from './chat.ts';
export { parseCtm, writeCtm, type CtmWord } from './ctm.ts';
export { decodeStream, streamLines, type ByteSource } from '../support/decode-stream.ts';
export { decodeText, linesOf, type DecodedText, type TextInput } from '../support/decode-text.ts';
export { encodeText } from './encode-text.ts';
export { addTiersToEaf, type AddToEafOptions } from './eaf/add-tiers.ts';
export { readEaf } from './eaf/read.ts';
export { writeEaf } from './eaf/write.ts';
export { readExb, writeExb } from './exb.ts';
export { readFlextext } from './flextext/read.ts';
export { writeFlextext } from './flextext/write.ts';
export { readJsonLines, writeJsonLines } from './json-lines.ts';
export * from './kaldi.ts';
export { formatsNamed } from './named.ts';
export { type Note, type Written } from './notes.ts';
export * from './registry.ts';
export { readSrt, writeSrt } from './srt.ts';
export { parseStm, writeStm, type Segment } from './stm.ts';
export { csvCell, readTable, writeCsv, type Table, type TableRow } from './table/csv.ts';
export type { Dialect } from './table/dialect.ts';
export {
  audioOf,
  parquetColumns,
  readParquet,
  type EmbeddedAudio,
  type ParquetOptions,
  type ParquetRow,
} from './table/parquet.ts';
export { readXlsx, type Sheet } from './table/xlsx.ts';
export { addTiersToTextGrid, type AddToTextGridOptions } from './textgrid/add-tiers.ts';
export { readTextGrid } from './textgrid/read.ts';
export { writeTextGrid } from './textgrid/write.ts';
export type { TimedSegment, TimedToken, TimedTranscript } from './transcript.ts';
export { documentOf, linkTo } from './transcript-tiers.ts';
export { writeTxt } from './txt.ts';
export { parseTrn, writeTrn } from './trn.ts';
export { readTrs, writeTrs } from './trs.ts';
export { readVtt, writeVtt } from './vtt.ts';
export { xmlEscaped } from './xml/escape.ts';
