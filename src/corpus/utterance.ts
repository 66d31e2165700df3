import type { Part } from './split/spoken.ts';

/** The one record: a stretch of speech and what was said in it. A manifest holds one a line. */
export interface Utterance {
  /** Unique in its manifest and stable over time: splits and hypotheses refer to it. */
  id: string;
  /**
   * The recording, relative to the manifest's folder, with forward slashes. Its first folder may be a name under
   * `media` in source.yaml: then it lies where that says.
   */
  audio: string;
  /** What was said, as transcribed: before normalisation. */
  text: string;
  /** Phones separated by spaces (IPA), where a corpus carries them; a word break is `|`. */
  phones?: string;
  speaker?: string;
  /** BCP 47, e.g. `it`, `pt-BR`. */
  language?: string;
  /** Seconds into the recording; the whole recording when absent. */
  start?: number;
  end?: number;
  /**
   * Which track of a file with several, and which channel of it, counted from 1; the default track and all channels
   * when absent.
   */
  track?: number;
  channel?: number;
  /** Length in seconds of what is between start and end, when known. */
  duration?: number;
  /** The part that its publisher put it in. */
  split?: Part;
  source?: AnnotationSource;
}

/** Where an imported utterance was written down: what `audit` links back to, and `export` writes into. */
export interface AnnotationSource {
  /** Named as `Utterance.audio` is. */
  file: string;
  tier?: string;
  /** The annotation's id, or the line or row of the file. */
  annotation?: string;
}
