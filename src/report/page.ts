import type { ReportData } from './data.ts';
import { htmlDocument } from './document.ts';
import { audioScripts, jsonScript } from './embed.ts';
import { byLength, bySnr, bySpeaker, speakerCount } from './groups.ts';
import { count, escape, interval, percent, section, tokenName } from './html.ts';
import { intervalRows, type RateRow } from './interval-rows.ts';
import { languageModelSurface, layerWeights } from './learned.ts';
import { payloadOf } from './payload.ts';
import { plainWords } from './plain.ts';
import { reliability } from './reliability.ts';
import { findingList, pairsTable, recipeText, removedTable, scoreTable, setAsideList, sourceList } from './tables.ts';

/** One self-contained HTML page of a run: no file and no network beside it. */
export function renderReport(data: ReportData): string {
  const body = [
    plainWords(data),
    headline(data),
    section('utterances', 'Utterances', '<div id="utterance-list"></div>'),
    section('errors', 'Errors', errors(data)),
    section('advice', 'What would help', findingList(data.findings)),
    section('left-out', 'Left out', removedTable(data.removed) + setAsideList(data.setAside)),
    section('scores', 'Scores', scoreTable(data.rows)),
    section('confidence', 'Confidence', reliability(data.confidence)),
    section('learning', 'Learning', learning(data)),
    section('learned', 'Inside the model', grid([layerWeights(data.layers), languageModelSurface(data.languageModel)])),
    section('cost', 'Cost', pairsTable(data.costs)),
    section('recipe', 'Recipe', recipeText(data.recipe)),
    section('data-sources', 'Data', sourceList(data.sources)),
  ];
  return htmlDocument({
    title: data.title,
    subtitle:
      `${languageName(data.language)} · ${data.createdAt.slice(0, 10)} · ` +
      `${count(data.utterances.length)} test utterances`,
    body: body.join('\n'),
    places: [
      ['Utterances', 'utterances'],
      ['Errors', 'errors'],
      ['What would help', 'advice'],
      ['Left out', 'left-out'],
      ['Scores', 'scores'],
      ['Confidence', 'confidence'],
      ['Learning', 'learning'],
      ['Model', 'learned'],
      ['Cost', 'cost'],
      ['Recipe', 'recipe'],
      ['Data', 'data-sources'],
    ],
    data: `${jsonScript('data', payloadOf(data))}\n${audioScripts(data.utterances.map(({ audio }) => audio?.dataUri))}`,
  });
}

/** In English, with its tag: `Italian (it)`. */
function languageName(tag: string): string {
  try {
    const name = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(tag);
    if (name !== undefined) return `${name} (${tag})`;
  } catch {
    // No tag at all: reports of other programs' runs may say anything.
  }
  return `Language ${tag}`;
}

const grid = (figures: readonly string[]): string =>
  figures.some((f) => f !== '') ? `<div class="grid">${figures.join('')}</div>` : '';

function headline({ rows, unit }: ReportData): string {
  const [test, baseline] = [rows[0]!.scores, rows.find((row) => row.baseline)?.scores];
  const gain = baseline
    ? `<div class="figure"><b>${(test.cer / Math.max(baseline.cer, 1e-9)).toFixed(2)} ×</b><span>the CER of the ` +
      'same head on the untrained encoder: what transfer gains</span></div>'
    : '';
  const rateRows = (rate: 'cer' | 'wer'): RateRow[] =>
    rows.map((row, i): RateRow => ({
      name: row.name,
      rate: row.scores[rate],
      interval: row.scores[`${rate}_ci95`],
      colour: i === 0 ? 'first' : 'quiet',
    }));
  return (
    `<div class="headline"><div class="figure"><b>${percent(test.cer)}</b><span>CER on ${escape(rows[0]!.name)}, ` +
    `by ${escape(unit)}</span><span>95\u00a0% interval ${interval(test.cer_ci95)}</span></div>\n` +
    `<div class="figure"><b>${percent(test.wer)}</b><span>WER on ${escape(rows[0]!.name)}</span><span>95\u00a0% ` +
    `interval ${interval(test.wer_ci95)}</span></div>${gain}</div>\n` +
    '<div class="grid">' +
    `${intervalRows('Character error rate', rateRows('cer'))}${intervalRows('Word error rate', rateRows('wer'))}` +
    '</div>'
  );
}

function learning({ epochs }: ReportData): string {
  if (epochs.length === 0) return '';
  const has = (key: 'dev_wer' | 'learning_rate'): boolean => epochs.some((e) => e[key] !== undefined);
  const cells = epochs.map(
    (e) =>
      `<tr><th scope="row">${e.epoch}</th><td>${e.train_loss.toFixed(3)}</td><td>${e.dev_loss.toFixed(3)}</td>` +
      `<td>${percent(e.dev_cer)}</td>${has('dev_wer') ? `<td>${percent(e.dev_wer ?? NaN)}</td>` : ''}` +
      (has('learning_rate') ? `<td>${e.learning_rate?.toPrecision(2) ?? ''}</td>` : '') +
      '</tr>',
  );
  const heads = [
    'epoch',
    'train loss',
    'dev loss',
    'dev CER',
    ...(has('dev_wer') ? ['dev WER'] : []),
    ...(has('learning_rate') ? ['learning rate'] : []),
  ];
  return (
    '<div class="charts" id="curves"></div>\n' +
    '<details><summary>Each epoch in figures</summary><div class="scroll"><table class="figures"><thead><tr>' +
    `${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${cells.join('')}</tbody>` +
    '</table></div></details>'
  );
}

function errors(data: ReportData): string {
  const { utterances, unit } = data;
  const speakers = speakerCount(utterances);
  const groups = (
    [
      [
        bySpeaker(utterances, data.newVoices),
        speakers > 15 ? `CER by speaker: the worst 15 of ${count(speakers)}` : 'CER by speaker',
        'speaker',
      ],
      [byLength(utterances), 'CER by length', 'length'],
      [bySnr(utterances), 'CER by signal-to-noise ratio', 'SNR'],
    ] as const
  ).filter(([rows]) => rows.length > 1);
  return (
    `<div class="matrix-and-list"><figure><figcaption>Confusion of ${escape(unit)} <small>rows: said, columns: ` +
    `written</small></figcaption><div id="matrix"></div></figure>${confusionList(data)}</div>\n` +
    (groups.length > 0
      ? `<div class="groups">${groups.map(([rows, title, head]) => intervalRows(title, rows, head)).join('')}</div>`
      : '')
  );
}

function confusionList({ confusions, unit }: ReportData): string {
  if (confusions.length === 0) return '';
  const name = (token: string): string =>
    token === '' || token === '|' ? `<span class="note">${tokenName(token)}</span>` : `<b>${escape(token)}</b>`;
  const rows = confusions.map(
    (c) =>
      `<tr data-reference="${escape(c.reference)}" data-hypothesis="${escape(c.hypothesis)}"><td>` +
      `${name(c.reference)}</td><td>${name(c.hypothesis)}</td><td>${count(c.count)}</td></tr>`,
  );
  return (
    `<figure><figcaption>Most confused ${escape(unit)}</figcaption><table class="confused"><thead><tr>` +
    '<th scope="col">said</th><th scope="col">written</th><th scope="col">times</th></tr></thead><tbody>' +
    `${rows.join('')}</tbody></table></figure>`
  );
}
