import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { hasUsualEnding } from '../../audio/is-recording.ts';
import { readText } from '../../support/files.ts';
import { silent, type JobOptions } from '../../support/progress.ts';
import { manifestPath, readManifest } from '../manifest.ts';
import { findFetchedCorpus } from '../source.ts';
import type { Utterance } from '../utterance.ts';
import { alikeTexts, doubleFindings, type Alike } from './alike.ts';
import { coverageOf, type Coverage } from './coverage.ts';
import { findingOn, type Finding, type Listed } from './finding.ts';
import { groupsOf, type AuditGroups } from './groups.ts';
import { lettersOf, measureUtterances } from './measure.ts';
import { paceFindings, qualityFindings, summariseMeasures, type MeasureSummary } from './measures.ts';

export type { Finding } from './finding.ts';

export interface Audit {
  utterances: number;
  seconds: number;
  measures: MeasureSummary[];
  /** Errors first. */
  findings: Finding[];
  groups: AuditGroups;
  coverage: Coverage;
  /** Texts that come more than once, or nearly so: the most frequent first. */
  alike: Alike[];
}

export interface AuditOptions extends JobOptions {
  /** A text file of sentences that might be recorded next, one a line. */
  sentences?: string | undefined;
}

/**
 * Decodes and measures every utterance, and looks for what doesn't fit. Nothing is changed.
 * @param name a corpus in ./corpora, or a folder with a manifest.jsonl
 * @throws InputError where there is no such corpus, or its manifest is not as it should be
 */
export async function auditCorpus(name: string, options: AuditOptions = {}): Promise<Audit> {
  const { sentences, progress = silent, signal } = options;
  const { folder } = findFetchedCorpus(name);
  const candidates = sentences === undefined ? [] : (await readText(sentences)).split(/\r?\n/);
  const listed: Listed[] = [];
  for await (const { utterance, line } of readManifest(folder))
    listed.push({ utterance, place: { file: manifestPath(folder), line } });
  const utterances = listed.map(({ utterance }) => utterance);
  const { measured, findings } = await measureUtterances(folder, listed, { progress, signal });
  findings.push(
    ...listed.filter(({ utterance }) => lettersOf(utterance.text) === 0).map(withoutLetters),
    ...qualityFindings(measured),
    ...paceFindings(measured),
    ...doubleFindings(measured),
    ...(await untranscribed(folder, utterances)),
  );
  findings.sort((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0));
  return {
    utterances: measured.length,
    seconds: measured.reduce((sum, m) => sum + m.quality.duration, 0),
    measures: summariseMeasures(measured),
    findings,
    groups: groupsOf(utterances, measured, findings),
    coverage: coverageOf(utterances, candidates),
    alike: alikeTexts(measured),
  };
}

const withoutLetters = (listed: Listed): Finding => findingOn(listed, 'error', 'the transcript has no letters');

/** Recordings in the folder that the manifest doesn't name. */
async function untranscribed(folder: string, utterances: readonly Utterance[]): Promise<Finding[]> {
  const used = new Set(utterances.map(({ audio }) => path.normalize(audio)));
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => hasUsualEnding(name) && !isHidden(name) && !used.has(path.normalize(name)))
    .map((name) => ({ severity: 'warning' as const, item: name, what: 'a recording that the manifest does not name' }));
}

/** Also the `._` files of macOS, in whatever folder. */
const isHidden = (name: string): boolean => name.split(path.sep).some((part) => part.startsWith('.'));
