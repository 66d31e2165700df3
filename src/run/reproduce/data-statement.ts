import type { Beside } from './beside.ts';
import type { AboutRun } from './citation.ts';

/**
 * DATA.md of an archive: what is known of the speech, under the headings of Bender & Friedman (2018), and what only its
 * makers can say.
 */
export function dataStatement({ lock: { recipe, locked }, inputs, sources, withTexts, beside }: AboutRun): string {
  const speakers = (split: string): number =>
    new Set(inputs.utterances.filter((one) => one.split === split).flatMap(({ speaker }) => speaker ?? [])).size;
  const rows = (['train', 'dev', 'test'] as const).map((part) => {
    const { utterances, minutes } = locked[part];
    const known = speakers(part);
    return `| ${part} | ${utterances} | ${minutes} | ${known > 0 ? known : 'not known'} |`;
  });
  const terms = sources.map(({ name, source }) =>
    source
      ? `- ${source.title}: ${source.licence}. ${source.attribution}`.trimEnd()
      : `- ${name}: your own; on what terms: …`,
  );
  const titles = sources.map(({ name, source }) => source?.title ?? name).join(', ');
  return `# Data statement

Fill in what stands as “…”: nobody else can.

## Curation rationale

Speech of ${titles}, ${inputs.utterances.length} utterances. Why these: …

| part | utterances | minutes | speakers |
| --- | --- | --- | --- |
${rows.join('\n')}

## Language variety

\`${recipe.language}\` (BCP 47). Which variety, where, and how it is written: …

## Speaker demographic

Ages, genders, first languages, and whether they agreed to this use: …

## Annotator demographic

Who transcribed, and by which conventions: …

## Speech situation

Read, told or in conversation; when, where, for whom: …

## Text characteristics

Texts were normalised by the rules under \`text\` in \`recipe.yaml\`. Genre and topics: …

## Recording quality

Devices, places, noise: …

## Terms

${terms.join('\n')}

## What this archive holds of the data

${[withTexts ? HOLDS_TEXTS : HOLDS_NO_TEXTS, ...neededFor(beside)].join('\n\n')}
`;
}

function neededFor(beside: readonly Beside[]): string[] {
  const needed = beside.filter(({ packed }) => !packed);
  if (needed.length === 0) return [];
  const lines = needed.map(({ name, what }) => `- \`${name}\`: ${what}`);
  return [`To reproduce it, this is needed besides:\n\n${lines.join('\n')}`];
}

const HOLDS_TEXTS =
  'Transcripts, what was recognised, and the names of speakers as the corpus has them: `manifest.jsonl`, ' +
  '`hypotheses.jsonl`, `inputs.jsonl`, `metrics.json`. No sound, unless there is a `report.html`, in ' +
  'which some can be heard.';

const HOLDS_NO_TEXTS =
  'No transcripts, no names of speakers and no sound, unless there is a `report.html`, in which some can be read and ' +
  'heard. `inputs.jsonl` has each utterance’s id and hashes of its sound and text: who has the corpus can tell that ' +
  'it is the same, and a very short text can be guessed from its hash. The model has learnt from the data: its ' +
  'letters, and where it decodes with a language model, words and their sequences, are in `model/`.';
