import type { Progress } from '../../../support/progress.ts';

/** What an importer of packages works with. */
export interface ImportContext {
  /** Where the packages' files are. */
  unpacked: string;
  /** The corpus's folder; recordings go to `audio/` in it. */
  folder: string;
  progress?: Progress;
  signal?: AbortSignal;
}
