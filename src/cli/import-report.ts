import path from 'node:path';
import type { ImportPlan, ImportResult, TierGroup } from '../corpus/index.ts';
import { printable } from './printable.ts';

const [MOST_TIERS, MOST_LISTED] = [15, 10];

/** What was found in a folder, for people. */
export function describePlan({ formats, survey }: ImportPlan): string {
  const lines = [formats.map(({ title, files }) => `${title}: ${count(files, 'file')}`).join(', ')];
  if (survey) {
    const { tiers, recordings, notes, unreadable } = survey;
    lines.push('', 'tiers:', ...tiers.slice(0, MOST_TIERS).map(describeTier));
    if (tiers.length > MOST_TIERS) lines.push(`  … and ${tiers.length - MOST_TIERS} more: see --json`);
    const lost = recordings.missing.length;
    lines.push('', `recordings: ${recordings.found} found${lost > 0 ? `, ${lost} missing:` : ''}`);
    lines.push(...listed(recordings.missing));
    for (const { what, count: times } of notes) lines.push(`note: ${what}${times > 1 ? ` (${times} times)` : ''}`);
    if (unreadable.length > 0) lines.push(`${count(unreadable.length, 'file')} can’t be read:`);
    lines.push(...listed(unreadable.map(({ item, reason }) => `${item}: ${reason}`)));
  }
  return printableLines(lines);
}

function describeTier(tier: TierGroup): string {
  const { name, annotations, empty, seconds, speakers, types, samples } = tier;
  const facts = [
    count(annotations, 'annotation'),
    ...(empty > 0 ? [`${empty} empty`] : []),
    minutes(seconds),
    ...(speakers.length > 0 ? [`${speakers.slice(0, 5).join(', ')}${speakers.length > 5 ? ', …' : ''}`] : []),
    ...(types.length > 0 ? [`type ${types.join(', ')}`] : []),
  ];
  return `  ${name}  ${facts.join(' · ')}\n      ${samples.map((sample) => `“${short(sample)}”`).join(' ')}`;
}

/** What became of it, for people. */
export function describeResult(result: ImportResult, plan: ImportPlan): string {
  const { name, utterances, seconds, speakers, splits, untranscribed, missing, missingCount, notes, leftOut } = result;
  const folder = path.relative('.', result.folder);
  const tiers = plan.options.tiers;
  const people = Object.entries(speakers).filter(([speaker]) => speaker !== '');
  const lines = [
    `${name}: ${count(utterances, 'utterance')}, ${minutes(seconds)}, in ${folder}`,
    ...(tiers
      ? [
          `from the tier ${tiers.join(', ')}` +
            (plan.survey && plan.survey.tiers.length > 1 ? '; --tier takes another' : ''),
        ]
      : []),
    people.length > 0
      ? `speakers: ${people
          .slice(0, MOST_LISTED)
          .map(([speaker, times]) => `${short(speaker)} (${times})`)
          .join(', ')}${people.length > MOST_LISTED ? `, … ${result.speakerCount} in all` : ''}`
      : 'speakers: not known; --speaker or --speaker-pattern says them',
  ];
  const parts = Object.entries(splits);
  if (parts.length > 0) lines.push(`published split: ${parts.map(([part, times]) => `${part} ${times}`).join(', ')}`);
  if (untranscribed > 0) lines.push(`${count(untranscribed, 'annotation')} without text: not transcribed yet`);
  for (const { what, count: times } of notes.slice(plan.survey?.notes.length ?? 0))
    lines.push(`note: ${times > 1 ? `${times} utterances ` : ''}${what}`);
  if (missingCount > 0) lines.push(`${count(missingCount, 'recording')} missing:`);
  const lost = missing.map(({ recording, utterances: times }) => `${recording} (${count(times, 'utterance')})`);
  lines.push(...listed(lost, missingCount));
  for (const { reason, count: times, first } of leftOut)
    lines.push(`left out: ${times} × ${reason}, e.g. ${first[0]!.item}`);
  return printableLines(lines);
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
const minutes = (seconds: number): string =>
  seconds < 60 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} minutes`;
const short = (text: string): string => (text.length > 50 ? `${text.slice(0, 50)}…` : text);

const listed = (items: readonly string[], all = items.length): string[] => [
  ...items.slice(0, MOST_LISTED).map((item) => `  ${item}`),
  ...(all > MOST_LISTED ? [`  … and ${all - MOST_LISTED} more: see --json`] : []),
];

const printableLines = (lines: readonly string[]): string =>
  lines.map((line) => line.split('\n').map(printable).join('\n')).join('\n');
