/** Readers and writers of annotation and transcript formats: pure functions between text or bytes and records. */
export type { Annotation, AnnotationDocument, Constraint, MediaLink, Tier, Vocabulary } from './annotation.ts';
export { decodeText, linesOf, type DecodedText, type TextInput } from './decode-text.ts';
export { encodeText } from './encode-text.ts';
export type { Note, Written } from './notes.ts';
export { documentOf, linkTo, type TimedSegment, type TimedToken, type TimedTranscript } from './transcript.ts';
export { addTiersToEaf } from './eaf/add-tiers.ts';
export { readEaf } from './eaf/read.ts';
export { writeEaf } from './eaf/write.ts';
export { addTiersToTextGrid } from './textgrid/add-tiers.ts';
export { readTextGrid } from './textgrid/read.ts';
export { writeTextGrid } from './textgrid/write.ts';
