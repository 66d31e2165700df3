import { alignTokens } from '../evaluate/align.ts';
import { errorsOf } from '../evaluate/score.ts';
import { wordsOf } from '../evaluate/tokens.ts';
import type { ComparedRun, Difference, ReportUtterance, Tested } from './data.ts';
import { htmlDocument } from './document.ts';
import { audioScripts, jsonScript } from './embed.ts';
import { count, escape, percent, section } from './html.ts';
import { intervalRows, type RateRow } from './interval-rows.ts';
import { comparisonPayloadOf } from './payload.ts';

/**
 * One self-contained HTML page of two runs on the same test set: the second against the first. Utterances are those
 * that both have, by id.
 * @param tested how sure the differences are, and in words whether to believe them, where that was tested
 */
export function renderComparison(
  first: ComparedRun,
  second: ComparedRun,
  tested: Tested = { differences: [] },
): string {
  const [a, b] =
    first.title === second.title
      ? [
          { ...first, title: `${first.title}, first` },
          { ...second, title: `${second.title}, second` },
        ]
      : [first, second];
  const ofB = new Map(b.utterances.map((utterance) => [utterance.pair.id, utterance]));
  const both = a.utterances.flatMap((utterance): [ReportUtterance, ReportUtterance][] => {
    const other = ofB.get(utterance.pair.id);
    return other ? [[utterance, other]] : [];
  });
  const title = `${b.title} against ${a.title}`;
  const body = [
    headline(a, b),
    section(
      'differences',
      'Differences',
      verdict(tested, a, b) + differenceTable(tested.differences) + outcomes(both, a, b),
    ),
    section('utterances', 'Utterances', '<div id="utterance-list"></div>'),
    section('cost', 'Cost', costs(a, b)),
    section('recipe', 'Recipes', recipeChanges(a, b)),
  ];
  const audio = both.map(([one, other]) => (one.audio ?? other.audio)?.dataUri);
  return htmlDocument({
    title,
    subtitle:
      `Language ${a.language} · ${count(both.length)} utterances that both runs wrote down` +
      (both.length < a.utterances.length || both.length < b.utterances.length
        ? ` (of ${count(a.utterances.length)} and ${count(b.utterances.length)})`
        : ''),
    body: body.join('\n'),
    places: [
      ['Differences', 'differences'],
      ['Utterances', 'utterances'],
      ['Cost', 'cost'],
      ['Recipes', 'recipe'],
    ],
    data: `${jsonScript('data', comparisonPayloadOf(a, b, both))}\n${audioScripts(audio)}`,
  });
}

function headline(a: ComparedRun, b: ComparedRun): string {
  const rows = (rate: 'cer' | 'wer'): RateRow[] =>
    [a, b].map((run, i): RateRow => ({
      name: run.title,
      note: run.createdAt.slice(0, 10),
      rate: run.rows[0]!.scores[rate],
      interval: run.rows[0]!.scores[`${rate}_ci95`],
      colour: i === 0 ? 'first' : 'second',
    }));
  const change = (rate: 'cer' | 'wer', name: string): string => {
    const [from, to] = [a.rows[0]!.scores[rate], b.rows[0]!.scores[rate]];
    return (
      `<div class="figure"><b>${points(to - from)}</b><span>${name}, in percentage points: from ${percent(from)} ` +
      `to ${percent(to)}</span></div>`
    );
  };
  return (
    `<div class="headline">${change('cer', `CER by ${escape(a.unit)}`)}${change('wer', 'WER')}</div>\n` +
    '<div class="grid">' +
    `${intervalRows('Character error rate', rows('cer'))}${intervalRows('Word error rate', rows('wer'))}</div>`
  );
}

/** A difference of shares in percentage points, with its sign. */
const points = (share: number): string =>
  `${share > 0 ? '+' : share < 0 ? '−' : '±'}${Math.abs(100 * share).toFixed(1)}`;

function verdict({ verdict: words }: Tested, a: ComparedRun, b: ComparedRun): string {
  return words === undefined
    ? ''
    : `<p class="verdict">${escape(words)}</p><p class="note">A is ${escape(a.title)}, B is ${escape(b.title)}. ` +
        'Differences are B less A: below nought, B is better.</p>';
}

function differenceTable(differences: readonly Difference[]): string {
  if (differences.length === 0) return '';
  const p = (value: number | undefined): string =>
    value === undefined ? '' : value < 0.001 ? '&lt; 0.001' : value.toFixed(3);
  const rows = differences.map(
    (d) =>
      `<tr><th scope="row">${escape(d.name)}${d.note ? `<small>${escape(d.note)}</small>` : ''}</th><td>` +
      `${points(d.value)}</td><td>` +
      (d.interval ? `${points(d.interval[0])} to ${points(d.interval[1])}` : '') +
      `</td><td>${p(d.pValue)}</td></tr>`,
  );
  return (
    '<div class="scroll"><table class="figures differences"><thead><tr><td></td><th scope="col">' +
    'difference, points</th><th scope="col">95 % interval</th><th scope="col">p</th></tr></thead><tbody>' +
    `${rows.join('')}</tbody></table></div>`
  );
}

/** How many utterances each run got better than the other, by token errors. */
function outcomes(both: readonly [ReportUtterance, ReportUtterance][], a: ComparedRun, b: ComparedRun): string {
  const changes = both.map(([one, other]) => errorsOf(other.pair.tokens) - errorsOf(one.pair.tokens));
  const counts = {
    worse: changes.filter((c) => c > 0).length,
    same: changes.filter((c) => c === 0).length,
    better: changes.filter((c) => c < 0).length,
  };
  const names = { worse: `in ${a.title}`, same: 'as many in both', better: `in ${b.title}` };
  const order = ['worse', 'same', 'better'] as const;
  const bars = order.map((kind) => `<i class="${kind}" style="flex-grow:${counts[kind]}"></i>`);
  const labels = order.map(
    (kind) =>
      `<li><button type="button" class="plain" data-outcome="${kind}"><i class="swatch ${kind}"></i><b>` +
      `${count(counts[kind])}</b> ${escape(names[kind])}</button></li>`,
  );
  return (
    '<figure class="after"><figcaption>Utterances with fewer errors</figcaption><div class="outcomes" role="img" ' +
    'aria-label="' +
    escape(order.map((kind) => `${counts[kind]} ${names[kind]}`).join(', ')) +
    `">${bars.join('')}</div><ul class="outcome-labels">${labels.join('')}</ul></figure>`
  );
}

function costs(a: ComparedRun, b: ComparedRun): string {
  const labels = [...new Set([...(a.costs ?? []), ...(b.costs ?? [])].map(([label]) => label))];
  if (labels.length === 0) return '';
  const value = (run: ComparedRun, label: string): string =>
    escape(run.costs?.find(([name]) => name === label)?.[1] ?? '–');
  return (
    `<div class="scroll"><table class="pairs"><thead><tr><td></td><th scope="col">${escape(a.title)}</th>` +
    `<th scope="col">${escape(b.title)}</th></tr></thead><tbody>` +
    labels
      .map(
        (label) =>
          `<tr><th scope="row">${escape(label)}</th><td>${value(a, label)}</td><td>${value(b, label)}</td></tr>`,
      )
      .join('') +
    '</tbody></table></div>'
  );
}

/** The lines in which two recipes' locks differ, each with the headings that it stands under. */
function recipeChanges(a: ComparedRun, b: ComparedRun): string {
  if (!a.recipe || !b.recipe) return '';
  const [before, after] = [fullLines(a.recipe), fullLines(b.recipe)];
  const changes = alignTokens(before, after).steps.flatMap(({ edit, reference, hypothesis }) =>
    edit === 'equal'
      ? []
      : [
          ...(reference >= 0 ? [`<del>− ${escape(before[reference]!)}</del>`] : []),
          ...(hypothesis >= 0 ? [`<ins>+ ${escape(after[hypothesis]!)}</ins>`] : []),
        ],
  );
  return changes.length === 0
    ? '<p class="note">The two recipes are the same.</p>'
    : `<pre class="changes"><code>${changes.join('\n')}</code></pre>`;
}

/** YAML's lines with their parents' keys in front: `recipe: head: dims: 256`. */
function fullLines(yaml: string): string[] {
  const parents: { indent: number; key: string }[] = [];
  return yaml.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    const indent = line.length - line.trimStart().length;
    while (parents.length > 0 && parents.at(-1)!.indent >= indent) parents.pop();
    const path = parents.map(({ key }) => key).join(' ');
    if (/:\s*$/.test(line)) {
      parents.push({ indent, key: line.trim() });
      return [];
    }
    return [wordsOf(`${path} ${line.trim()}`).join(' ')];
  });
}
