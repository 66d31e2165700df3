import type { AnnotationDocument } from '../../formats/index.ts';
import type { SetAside } from '../../support/errors.ts';
import type { ColumnMap } from '../import/columns.ts';
import type { Folder } from '../import/folder.ts';
import type { Utterance } from '../utterance.ts';

/** What reads a format: one file here, and one line in the registry. */
export type Importer = AnnotationImporter | DataSetImporter;

interface Common {
  /** As `--format` calls it. */
  name: string;
  /** As people call it. */
  title: string;
  /** The files that it would read, of all below a folder; none where the layout isn't its own. */
  finds: (folder: Folder) => string[];
  /** Whether it knows its files by how they lie together: then they are nothing else. */
  layout?: boolean;
  /** Whether it takes what nothing else is made for. */
  lastResort?: boolean;
}

/** Annotations in tiers, of which some are the transcript. */
export interface AnnotationImporter extends Common {
  /** A file may hold several documents (FLEx). */
  documents: (bytes: Uint8Array, file: string) => AnnotationDocument[];
  /** What lies beside the file and says more of it (SayMore). */
  speakerOf?: (folder: Folder, file: string) => Promise<string | undefined>;
}

/** A layout of files that says all by itself. */
export interface DataSetImporter extends Common {
  rows: (folder: Folder, files: readonly string[], options: ImportOptions) => AsyncIterable<Row | SetAside>;
  /** What it must be told, where the files leave it open. */
  asks?: (folder: Folder, files: readonly string[], options: ImportOptions) => Promise<Question | undefined>;
}

/** What the user says. */
export interface ImportOptions {
  /** Of the importer. */
  format?: string;
  /** Names and patterns of the tiers with the transcript. */
  tiers?: readonly string[];
  /** Who speaks where the files don't say it. */
  speaker?: string;
  /** A regular expression that finds the speaker in a file's path: its first group, or all of it. */
  speakerPattern?: string;
  /** BCP 47, where the files don't say it. */
  language?: string;
  /** The ending of the texts beside recordings. */
  textEnding?: string;
  /** Field (`text`, `audio`, `speaker`, …) → the column that has it. */
  columns?: ColumnMap;
  /** Keep utterances whose recordings aren't found. */
  keepMissing?: boolean;
}

/** An utterance as a data set has it. */
export interface Row extends Pick<Utterance, 'text' | 'phones' | 'speaker' | 'language' | 'start' | 'end' | 'split'> {
  /** As the files have it; made where they have none. */
  id?: string;
  /** Of the whole recording, or of the stretch, where the files say it. */
  duration?: number;
  /** Paths or names of the recording, the surest first. */
  recording: readonly string[];
  /** Of a name: seconds of the recording at which the times' zero lies. */
  origins?: ReadonlyMap<string, number>;
  /** A sound that lies in the table itself. */
  sound?: { bytes: Uint8Array; name?: string };
  /** Where it is written. */
  file: string;
  tier?: string;
  annotation?: string;
  line?: number;
}

/** Something that the files leave open, with the answers that they allow. */
export interface Question {
  what: string;
  choices: { label: string; flag: string; options: Partial<ImportOptions> }[];
}
