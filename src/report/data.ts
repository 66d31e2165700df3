import type { Confusion } from '../evaluate/confusions.ts';
import type { AlignedPair, Scores } from '../evaluate/score.ts';

/** Everything that a report page shows. Rates are shares. */
export interface ReportData {
  title: string;
  language: string;
  /** ISO 8601. */
  createdAt: string;
  /** What CER counts, e.g. `graphemes`. */
  unit: string;
  rows: { name: string; note: string; scores: Scores }[];
  epochs: { epoch: number; train_loss: number; dev_loss: number; dev_cer: number }[];
  /** Worst first. */
  utterances: { pair: AlignedPair; audio?: { dataUri: string; peaks: number[] } }[];
  confusions: Confusion[];
  /** Label and value, as they are to be read. */
  costs: [string, string][];
  setAside: { item: string; reason: string }[];
  recipe: string;
  sources: { title: string; licence: string; attribution: string; url?: string }[];
}
