import type { AlignedPair } from '../score.ts';
import { alignmentReport } from './alignments.ts';
import { summaryReport } from './summary.ts';

/** Reports in the form of NIST's sclite, by the names that it gives them. */
export const SCLITE_REPORTS = ['sys', 'raw', 'pralign'] as const;
export type ScliteReport = (typeof SCLITE_REPORTS)[number];

/**
 * @param pairs aligned with `SCLITE_COSTS`
 * @param title what sclite calls the system
 */
export function scliteReport(report: ScliteReport, pairs: readonly AlignedPair[], title: string): string {
  return report === 'pralign' ? alignmentReport(pairs, title) : summaryReport(pairs, title, report === 'raw');
}
