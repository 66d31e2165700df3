import type { Finding } from './finding.ts';
import type { Measured } from './measure.ts';
import { median } from './measures.ts';
import type { Utterance } from '../utterance.ts';

/** What is to be said of a speaker, a tier or a file. */
export interface AuditGroup {
  name: string;
  utterances: number;
  minutes: number;
  errors: number;
  warnings: number;
  /** Median of the signal-to-noise ratio, in dB. */
  snr: number;
  /** Median of letters a second of speech. */
  pace: number;
}

export interface AuditGroups {
  speakers: AuditGroup[];
  tiers: AuditGroup[];
  /** Annotation files, or recordings where utterances were not imported. */
  files: AuditGroup[];
}

/** The same figures by who speaks, by tier and by file; those with most findings first. */
export function groupsOf(
  utterances: readonly Utterance[],
  measured: readonly Measured[],
  findings: readonly Finding[],
): AuditGroups {
  const by = (keyOf: (utterance: Utterance) => string | undefined): AuditGroup[] => {
    const keys = new Map(utterances.map((utterance) => [utterance.id, keyOf(utterance)]));
    const names = [...new Set(keys.values())].filter((name) => name !== undefined);
    const own = <T>(items: readonly T[], idOf: (item: T) => string): Map<string, T[]> => {
      const groups = new Map<string, T[]>(names.map((name) => [name, []]));
      for (const item of items) groups.get(keys.get(idOf(item)) ?? '')?.push(item);
      return groups;
    };
    const sounds = own(measured, ({ utterance }) => utterance.id);
    const faults = own(findings, ({ item }) => item);
    return names
      .map((name) => groupOf(name, sounds.get(name)!, faults.get(name)!))
      .sort((a, b) => b.errors - a.errors || b.warnings - a.warnings || (a.name < b.name ? -1 : 1));
  };
  return {
    speakers: by(({ speaker }) => speaker),
    tiers: by(({ source }) => source?.tier),
    files: by(({ source, audio }) => source?.file ?? audio),
  };
}

function groupOf(name: string, sounds: readonly Measured[], faults: readonly Finding[]): AuditGroup {
  const middle = (of: (one: Measured) => number): number => median(sounds.map(of).sort((a, b) => a - b));
  const errors = faults.filter(({ severity }) => severity === 'error').length;
  return {
    name,
    utterances: sounds.length,
    minutes: sounds.reduce((sum, { quality }) => sum + quality.duration, 0) / 60,
    errors,
    warnings: faults.length - errors,
    snr: middle(({ quality }) => quality.snrDb),
    pace: middle(({ pace }) => pace),
  };
}
