import type { z } from 'zod';
import type { SetAside } from '../../../support/errors.ts';
import type { Utterance } from '../../utterance.ts';
import { asteriskSource, importAsterisk } from './asterisk.ts';
import type { ImportContext } from './context.ts';
import { espeakSource, importEspeak } from './espeak.ts';
import { festivalSource, importFestival } from './festival.ts';
import { filletsSource, importFillets } from './fillets.ts';
import { gcinSource, importGcin } from './gcin.ts';
import { importKde, kdeSource } from './kde.ts';
import { importLjspeech, ljspeechSource } from './ljspeech.ts';
import { importReadings, readingsSource } from './readings.ts';
import { importText, textSource } from './text.ts';
import { importTuxpaint, tuxpaintSource } from './tuxpaint.ts';

/** Importers of what `corpus fetch` gets, by the name that source.yaml calls them. */
export const packagedImporters = {
  asterisk: entry(asteriskSource, importAsterisk, 2),
  espeak: entry(espeakSource, importEspeak),
  festival: entry(festivalSource, importFestival),
  fillets: entry(filletsSource, importFillets),
  gcin: entry(gcinSource, importGcin),
  kde: entry(kdeSource, importKde),
  ljspeech: entry(ljspeechSource, importLjspeech),
  readings: entry(readingsSource, importReadings),
  text: entry(textSource, importText),
  tuxpaint: entry(tuxpaintSource, importTuxpaint),
};

export interface PackagedImporter<S extends z.ZodType = z.ZodType> {
  /** What source.yaml must say. */
  source: S;
  /** Utterances, and what had to be left out with the reason. */
  read: (source: unknown, context: ImportContext) => AsyncGenerator<Utterance | SetAside>;
  /** Raised when it gives another manifest than before from the same source.yaml, so that corpora are made anew. */
  version?: number;
}

export type FetchedSource = z.infer<(typeof packagedImporters)[keyof typeof packagedImporters]['source']>;

function entry<S extends z.ZodType>(
  source: S,
  read: (source: z.infer<S>, context: ImportContext) => AsyncGenerator<Utterance | SetAside>,
  version?: number,
): PackagedImporter<S> {
  return {
    source,
    read: (content, context) => read(source.parse(content), context),
    ...(version === undefined ? {} : { version }),
  };
}
