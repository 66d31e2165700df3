import type { HeardList } from './published-languages.ts';

/** An encoder that is published, and what is known of it. */
export interface PublishedEncoder {
  /** Its repository on the Hugging Face Hub. */
  id: string;
  name: string;
  parameters: number;
  /** Of its weights, in float32. */
  megabytes: number;
  licence: string;
  /** Whether it may be used in what is sold. */
  commercial: boolean;
  heard: string;
  /** Where its languages are listed. */
  languages?: HeardList;
  /**
   * Character error rates in percent on ML-SUPERB's monolingual track with 10 minutes and 1 hour (Shi et al. 2023;
   * Boito et al. 2024): a small network on the frozen encoder, averaged over languages. Another task than a user's:
   * what counts is which is lower.
   */
  superb?: { tenMinutes: number; oneHour: number };
}

/** What serious work starts from; docs/encoders.md has the sources. */
export const PUBLISHED: readonly PublishedEncoder[] = [
  {
    id: 'utter-project/mHuBERT-147',
    name: 'mHuBERT-147',
    parameters: 94e6,
    megabytes: 378,
    licence: 'CC-BY-NC-SA-4.0',
    commercial: false,
    heard: '147 languages, 90,000 hours',
    languages: 'mHuBERT-147',
    superb: { tenMinutes: 34.2, oneHour: 26.3 },
  },
  {
    id: 'facebook/wav2vec2-xls-r-300m',
    name: 'XLS-R 300M',
    parameters: 315e6,
    megabytes: 1270,
    licence: 'Apache-2.0',
    commercial: true,
    heard: '128 languages, 436,000 hours',
    languages: 'XLS-R',
    superb: { tenMinutes: 39.7, oneHour: 30.6 },
  },
  {
    id: 'facebook/mms-300m',
    name: 'MMS 300M',
    parameters: 315e6,
    megabytes: 1270,
    licence: 'CC-BY-NC-4.0',
    commercial: false,
    heard: '1,406 languages, 491,000 hours',
  },
  {
    id: 'facebook/mms-1b',
    name: 'MMS 1B',
    parameters: 965e6,
    megabytes: 3860,
    licence: 'CC-BY-NC-4.0',
    commercial: false,
    heard: '1,406 languages, 491,000 hours',
    superb: { tenMinutes: 33.3, oneHour: 25.7 },
  },
  {
    id: 'facebook/wav2vec2-xls-r-1b',
    name: 'XLS-R 1B',
    parameters: 963e6,
    megabytes: 3860,
    licence: 'Apache-2.0',
    commercial: true,
    heard: '128 languages, 436,000 hours',
    languages: 'XLS-R',
  },
  {
    id: 'facebook/w2v-bert-2.0',
    name: 'w2v-BERT 2.0',
    parameters: 580e6,
    megabytes: 2320,
    licence: 'MIT',
    commercial: true,
    heard: '143 languages, 4.5 million hours',
  },
];

/** Licences that let nobody earn with what is made of a model: `cc-by-nc-4.0` and the like. */
export const isNonCommercial = (licence: string): boolean => /(^|-)nc(-|$)|non-?commercial/i.test(licence);
