import type { Alike, Audit, AuditGroup, Coverage, Finding } from '../corpus/index.ts';
import type { Suspect } from '../run/index.ts';
import { alikeLines } from './alike.ts';
import { columns } from './format.ts';
import { oneLine } from './printable.ts';
import { amount } from '../support/amount.ts';

const [MOST_KINDS, MOST_GROUPS, MOST_RARE, MOST_SUSPECTS] = [20, 12, 30, 20];
/** A grapheme heard less often than this is shown. */
const RARE = 20;

/** What an audit found, for people. */
export function describeAudit(audit: Audit): string {
  const { utterances, seconds, measures, groups, coverage, alike } = audit;
  const figures = measures.map((m) => [
    `${m.name} (${m.unit})`,
    ...[m.least, m.median, m.most].map((value) => value.toFixed(1)),
  ]);
  return [
    `${amount(utterances, 'utterance')}, ${(seconds / 60).toFixed(1)} minutes`,
    columns([['', 'least', 'median', 'most'], ...figures]),
    ...groupTable('speaker', groups.speakers),
    ...groupTable('tier', groups.tiers),
    ...groupTable('file', groups.files),
    ...describeCoverage(coverage),
    ...describeAlike(alike),
    describeFindings(audit.findings),
  ].join('\n\n');
}

function groupTable(what: string, groups: readonly AuditGroup[]): string[] {
  // A file an utterance says nothing that the list of findings doesn’t.
  if (groups.length < 2 || groups.every(({ utterances }) => utterances < 2)) return [];
  const rows = groups
    .slice(0, MOST_GROUPS)
    .map((g) => [
      oneLine(g.name),
      ...[g.utterances, g.minutes.toFixed(1), g.errors, g.warnings, g.snr.toFixed(0), g.pace.toFixed(1)].map(String),
    ]);
  const more = groups.length > MOST_GROUPS ? `\n… and ${groups.length - MOST_GROUPS} more: see --html or --json` : '';
  const heads = [`by ${what}`, 'utterances', 'minutes', 'errors', 'warnings', 'dB over noise', 'letters/s'];
  return [`${columns([heads, ...rows])}${more}`];
}

function describeCoverage({ graphemes, pairs, sentences }: Coverage): string[] {
  const rare = graphemes.filter(({ count }) => count < RARE);
  const shown = rare.slice(0, MOST_RARE).map(({ grapheme, count }) => `${grapheme} ${count}×`);
  const more = rare.length > MOST_RARE ? ` and ${rare.length - MOST_RARE} more` : '';
  const heard =
    `${graphemes.length} graphemes; ${pairs.known} of ${pairs.different} pairs of them are ` +
    `heard ${RARE} times or more`;
  const added = sentences.map(({ text, adds }, i) => `  ${i + 1}. ${oneLine(text)}   (${adds.join(' ')})`);
  return [
    `${heard}${rare.length > 0 ? `\nseldom heard: ${shown.join(', ')}${more}` : ''}`,
    ...(added.length > 0
      ? [`sentences that would add the most, with what is seldom so far:\n${added.join('\n')}`]
      : []),
  ];
}

function describeAlike(alike: readonly Alike[]): string[] {
  const lines = (['same text', 'one word apart'] as const).flatMap((what) => {
    const groups = alike.filter((one) => one.what === what);
    const items = groups.reduce((sum, one) => sum + one.items.length, 0);
    const texts = groups[0]?.texts.slice(0, 2).map((text) => `“${oneLine(text)}”`) ?? [];
    if (what === 'same text')
      return groups.length === 0
        ? []
        : [`${groups.length} texts are said more than once, in ${items} utterances: ${texts.join(', ')} …`];
    return groups.length === 0 ? [] : [`${groups.length} groups of texts are one word apart: ${texts.join(', ')} …`];
  });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function describeFindings(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const lines = [`${errors} errors, ${findings.length - errors} warnings`];
  for (const severity of ['error', 'warning'] as const) {
    const own = findings.filter((finding) => finding.severity === severity);
    const items = own.map(({ item, what }) => ({ item, reason: what }));
    for (const line of alikeLines(items, MOST_KINDS)) lines.push(`  ${severity}  ${line}`);
  }
  return lines.join('\n');
}

/** Transcripts that a model does not believe, beside what it heard. */
export function describeSuspects(suspects: readonly Suspect[]): string {
  const lines = suspects.slice(0, MOST_SUSPECTS).map(({ item, transcript, heard, why, learnt, source }) => {
    const where = source?.tier === undefined ? '' : `, ${oneLine(source.file)}, tier ${oneLine(source.tier)}`;
    const notes = [why === 'no-path' ? ', too many letters for its time' : '', learnt ? ', learnt from' : ''].join('');
    return (
      `  ${oneLine(item)}${where}${notes}\n      transcript  ${oneLine(transcript)}\n` +
      `      heard       ${oneLine(heard)}`
    );
  });
  const more = suspects.length - MOST_SUSPECTS;
  return [...lines, ...(more > 0 ? [`  … and ${more} more: see --html or --json`] : [])].join('\n');
}
