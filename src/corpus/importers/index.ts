import type { SetAside } from '../../support/errors.ts';
import type { Progress } from '../../support/progress.ts';
import type { Source } from '../source.ts';
import type { Utterance } from '../utterance.ts';
import { importAsterisk } from './asterisk.ts';
import { importEspeak } from './espeak.ts';
import { importFestival } from './festival.ts';
import { importFillets } from './fillets.ts';
import { importGcin } from './gcin.ts';
import { importKde } from './kde.ts';
import { importText } from './text.ts';
import { importTuxpaint } from './tuxpaint.ts';

export interface ImportContext {
  /** Where the packages' files are. */
  unpacked: string;
  /** The corpus's folder; recordings go to `audio/` in it. */
  folder: string;
  progress?: Progress;
  signal?: AbortSignal;
}

/** Raised when an importer gives another manifest than before from the same source.yaml, so that corpora are made anew. */
export const REVISIONS: Partial<Record<Source['importer'], number>> = { asterisk: 2 };

/** Runs a source's importer: utterances, and what had to be left out with the reason. */
export function importCorpus(source: Source, context: ImportContext): AsyncGenerator<Utterance | SetAside> {
  switch (source.importer) {
    case 'asterisk':
      return importAsterisk(source, context);
    case 'espeak':
      return importEspeak(source, context);
    case 'festival':
      return importFestival(source, context);
    case 'text':
      return importText(source, context);
    case 'kde':
      return importKde(source, context);
    case 'gcin':
      return importGcin(source, context);
    case 'tuxpaint':
      return importTuxpaint(source, context);
    case 'fillets':
      return importFillets(source, context);
  }
}
