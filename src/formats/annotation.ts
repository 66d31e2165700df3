import type { Note } from './notes.ts';

/**
 * What a file of annotations holds, whichever program wrote it: ELAN, Praat, FLEx, CHAT, Transcriber, EXMARaLDA.
 * Readers make it, writers write it. Times are seconds of the annotations' own timeline.
 */
export interface AnnotationDocument {
  media: MediaLink[];
  tiers: Tier[];
  /** Where the timeline begins and ends, where the file says so (Praat). */
  span?: { start: number; end: number };
  author?: string;
  /** Names and values that the file keeps about itself; a name may stand several times. */
  properties: [name: string, value: string][];
  /** Lists of values that annotations may take. */
  vocabularies: Vocabulary[];
  /** What the reader had to do, or to leave out. */
  notes: Note[];
}

/** A recording that the file names. Nothing is opened: that is the importer's part. */
export interface MediaLink {
  /** As the file has it: a URL, or a path of the machine on which it was made. */
  url?: string;
  /** Relative to the annotation file. */
  relativeUrl?: string;
  mime?: string;
  /**
   * Seconds of the recording that stand at the annotations' zero: an annotation at `t` is at `t + origin` of the
   * recording.
   */
  origin?: number;
}

export interface Tier {
  /** Its name. */
  id: string;
  /** Praat's point tiers have annotations without length. */
  kind: 'interval' | 'point';
  /** The name of its linguistic type (ELAN); what kind of tier it is (EXMARaLDA: t, a, d; FLEx: txt, gls, …). */
  type?: string;
  /** EXMARaLDA's category: v, de, nn, … */
  category?: string;
  /** How its annotations relate to those of the tier above. */
  constraint?: Constraint;
  /** The tier above. */
  parent?: string;
  participant?: string;
  annotator?: string;
  /** The language of what stands in it, as the file names it. */
  language?: string;
  /** The `Vocabulary` of its linguistic type. */
  vocabulary?: string;
  annotations: Annotation[];
}

/** ELAN's names: parts that fill the parent or leave gaps, with times; ordered parts, or one note each, without. */
export type Constraint = 'Time_Subdivision' | 'Included_In' | 'Symbolic_Subdivision' | 'Symbolic_Association';

export interface Annotation {
  id?: string;
  /** Seconds. Not there where the file gives no time, not even by way of a parent. */
  start?: number;
  end?: number;
  /**
   * Where the times come from, if not from the file: between the neighbours' (`interpolated`), the parent's (`parent`),
   * or a share of the parent's, as if all its parts were equally long (`share`).
   */
  timing?: 'interpolated' | 'parent' | 'share';
  text: string;
  /** The id of the annotation above. */
  parent?: string;
  /** The id of the vocabulary's entry that this is. */
  entry?: string;
  /** Where it differs from the tier's. */
  language?: string;
  /** Who speaks, where a tier has several speakers. */
  speaker?: string;
  /** Bounds in Hz (Audacity's spectral selections). */
  frequencies?: { low: number; high: number };
  /** Where it stands in the file, 1-based. */
  line?: number;
}

export interface Vocabulary {
  id: string;
  entries: { id?: string; value: string; description?: string; language?: string }[];
  /** Where the entries are kept, if not in the file. It is never fetched. */
  external?: string;
}
