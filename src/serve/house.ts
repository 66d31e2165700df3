import type { Limits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Models } from './models.ts';
import type { Places } from './places.ts';
import type { UploadFolder } from './upload.ts';

/** What the routes of a service share. */
export interface House {
  models: Models;
  places: Places;
  metrics: Metrics;
  uploads: UploadFolder;
  limits: Limits;
  /** Takes faults of the service; nothing of what was said or sent is in them. */
  log: (error: unknown) => void;
}
