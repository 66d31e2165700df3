import { lineChart } from './curves.ts';
import type { ReportData } from './data.ts';
import { escape, interval, percent } from './html.ts';
import { STYLE } from './style.ts';
import { utteranceList } from './utterances.ts';

/** One self-contained HTML page: no file and no network beside it. */
export function renderReport(data: ReportData): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escape(data.title)} · isogloss</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main>
<header><h1>${escape(data.title)}</h1><p class="sub">Language ${escape(data.language)} · ${escape(data.createdAt.slice(0, 10))} · isogloss</p></header>
${headline(data)}
<h2>Scores</h2>${scoreTable(data)}
<h2>Learning</h2><div class="charts">${charts(data)}</div>
<h2>The ${data.utterances.length} worst utterances of the test split</h2>${utteranceList(data.utterances)}
<div class="two-columns"><section><h2>Most confused ${escape(data.unit)}</h2>${confusionTable(data)}</section>
<section><h2>Cost</h2>${pairsTable(data.costs)}${setAsideList(data)}</section></div>
<h2>Recipe</h2><details open><summary>The whole experiment, defaults included</summary><pre><code>${escape(data.recipe)}</code></pre></details>
<h2>Data</h2><ul>${data.sources.map(sourceItem).join('')}</ul>
</main></body></html>
`;
}

function headline({ rows, unit }: ReportData): string {
  const test = rows[0]!.scores;
  const baseline = rows.find((row) => row.name.includes('untrained'))?.scores;
  const gain = baseline ? `<div class="figure"><b>${(test.cer / Math.max(baseline.cer, 1e-9)).toFixed(2)} ×</b><span>the CER of the same head on the untrained encoder (${percent(baseline.cer)}): what transfer gains</span></div>` : '';
  return `<div class="headline"><div class="figure"><b>${percent(test.cer)}</b><span>CER on test, by ${escape(unit)}; 95 % interval ${interval(test.cer_ci95)}</span></div>
<div class="figure"><b>${percent(test.wer)}</b><span>WER on test; 95 % interval ${interval(test.wer_ci95)}</span></div>${gain}</div>`;
}

function scoreTable({ rows }: ReportData): string {
  const body = rows.map(({ name, note, scores: s }) => `<tr><th scope="row">${escape(name)}<small>${escape(note)}</small></th>
<td>${percent(s.cer)}<small>${interval(s.cer_ci95)}</small></td><td>${percent(s.cer_codepoints)}</td><td>${percent(s.wer)}<small>${interval(s.wer_ci95)}</small></td>
<td>${s.substitutions}</td><td>${s.deletions}</td><td>${s.insertions}</td><td>${s.words}</td><td>${s.utterances}</td><td>${(s.seconds_audio / 60).toFixed(1)} min</td></tr>`);
  return `<div class="scroll"><table><thead><tr><th></th><th>CER</th><th>by code points</th><th>WER</th><th>substituted</th><th>deleted</th><th>inserted</th><th>words</th><th>utterances</th><th>audio</th></tr></thead><tbody>${body.join('')}</tbody></table></div>
<p class="sub">Small figures: 95 % intervals by bootstrap over utterances. Substituted, deleted and inserted count words.</p>`;
}

function charts({ epochs }: ReportData): string {
  const loss = lineChart('CTC loss a token', [
    { name: 'train', colour: 'one', values: epochs.map((e) => e.train_loss) },
    { name: 'dev', colour: 'two', values: epochs.map((e) => e.dev_loss) },
  ], (v) => v.toFixed(1));
  return loss + lineChart('Dev CER', [{ name: 'dev', colour: 'two', values: epochs.map((e) => e.dev_cer) }], (v) => percent(v, 0));
}

function confusionTable({ confusions }: ReportData): string {
  const shown = (token: string): string => (token === '' ? '<span class="sub">nothing</span>' : token === '|' ? '<span class="sub">word break</span>' : `<b>${escape(token)}</b>`);
  return `<table><thead><tr><th>said</th><th>written</th><th>times</th></tr></thead><tbody>${confusions
    .map((c) => `<tr><td>${shown(c.reference)}</td><td>${shown(c.hypothesis)}</td><td>${c.count}</td></tr>`).join('')}</tbody></table>`;
}

function pairsTable(pairs: readonly [string, string][]): string {
  return `<table><tbody>${pairs.map(([label, value]) => `<tr><td>${escape(label)}</td><td>${escape(value)}</td></tr>`).join('')}</tbody></table>`;
}

function setAsideList({ setAside }: ReportData): string {
  if (setAside.length === 0) return '';
  return `<details><summary>${setAside.length} items were set aside</summary><ul>${setAside.map((s) => `<li><code>${escape(s.item)}</code>: ${escape(s.reason)}</li>`).join('')}</ul></details>`;
}

function sourceItem(source: ReportData['sources'][number]): string {
  const link = source.url && /^https?:/.test(source.url) ? ` <a href="${escape(source.url)}" rel="noreferrer">${escape(source.url)}</a>` : '';
  return `<li>${escape(source.title)}: ${escape(source.licence)}. ${escape(source.attribution)}${link}</li>`;
}
