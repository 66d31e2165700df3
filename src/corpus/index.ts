/** `isogloss/corpus`: getting, importing, checking, splitting and writing corpora. */
export { auditCorpus, type Audit, type AuditOptions, type Finding } from './audit/audit.ts';
export type { Alike } from './audit/alike.ts';
export type { Coverage } from './audit/coverage.ts';
export type { AuditGroup } from './audit/groups.ts';
export { exportCorpus, type CorpusExport } from './export.ts';
export { fetchCorpus, type FetchResult } from './fetch/fetch.ts';
export { columnMap, type ColumnMap } from './import/columns.ts';
export { importCorpus, type ImportCorpusOptions } from './import/import-corpus.ts';
export { lookInto, type ImportPlan } from './import/import.ts';
export type { TierGroup } from './import/tier-groups.ts';
export { writeCorpus, type ImportResult } from './import/write-corpus.ts';
export type { Question } from './importers/importer.ts';
export { importers } from './importers/index.ts';
export { textFile } from './importers/packaged/text.ts';
export { loadManifest, readManifest, writeManifest } from './manifest.ts';
export { writeSplit, type PartSize, type WrittenSplit } from './split/write-split.ts';
export { splitCorpus, type Split, type SplitRule } from './split/split.ts';
export type { Utterance } from './utterance.ts';
