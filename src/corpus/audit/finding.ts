import type { Place } from '../../support/errors.ts';
import type { AnnotationSource, Utterance } from '../utterance.ts';

export interface Finding {
  /** An `error` can't be used; a `warning` is worth a listen. */
  severity: 'error' | 'warning';
  /** The utterance's id, or the file's path where there is no utterance. */
  item: string;
  what: string;
  /** The line of the manifest. */
  place?: Place;
  /** Where it was written down, if it was imported. */
  source?: AnnotationSource;
}

/** An utterance and the line of the manifest that it stands on. */
export interface Listed {
  utterance: Utterance;
  place: Place;
}

export const findingOn = ({ utterance, place }: Listed, severity: Finding['severity'], what: string): Finding => ({
  ...{ severity, item: utterance.id, what, place },
  ...(utterance.source && { source: utterance.source }),
});
