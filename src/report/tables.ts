import type { ReportData } from './data.ts';
import { groupSetAside } from '../support/set-aside.ts';
import { count, escape, interval, percent } from './html.ts';

/** All the figures of each row; intervals below them. */
export function scoreTable(rows: ReportData['rows']): string {
  const body = rows.map(
    ({ name, note, scores: s }) =>
      `<tr><th scope="row">${escape(name)}<small>${escape(note)}</small></th>\n` +
      `<td>${percent(s.cer)}<small>${interval(s.cer_ci95)}</small></td><td>${percent(s.cer_codepoints)}</td><td>` +
      `${percent(s.wer)}<small>${interval(s.wer_ci95)}</small></td>\n` +
      `<td>${count(s.substitutions)}</td><td>${count(s.deletions)}</td><td>${count(s.insertions)}</td><td>` +
      `${count(s.words)}</td><td>${count(s.utterances)}</td><td>${(s.seconds_audio / 60).toFixed(1)} min</td></tr>`,
  );
  const heads = ['CER', 'by code points', 'WER', 'substituted', 'deleted', 'inserted', 'words', 'utterances', 'audio'];
  return (
    '<div class="scroll"><table class="figures"><thead><tr><td></td>' +
    `${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${body.join('')}</tbody>` +
    '</table></div>\n' +
    '<p class="note">Small figures are 95 % intervals by bootstrap over utterances. Substituted, deleted and ' +
    'inserted count words.</p>'
  );
}

export function pairsTable(pairs: readonly (readonly [string, string])[]): string {
  return pairs.length === 0
    ? ''
    : '<table class="pairs"><tbody>' +
        pairs
          .map(([label, value]) => `<tr><th scope="row">${escape(label)}</th><td>${escape(value)}</td></tr>`)
          .join('') +
        '</tbody></table>';
}

/** Beyond this many the list is cut: `set-aside.jsonl` has them all. */
const LISTED = 200;
const MOST_GROUPS = 8;

export function setAsideList(setAside: ReportData['setAside']): string {
  if (setAside.length === 0) return '';
  const items = setAside.slice(0, LISTED).map((s) => `<li><code>${escape(s.item)}</code> ${escape(s.reason)}</li>`);
  const rest =
    setAside.length > LISTED
      ? `<li class="note">and ${count(setAside.length - LISTED)} more, in the run's set-aside.jsonl</li>`
      : '';
  const groups = groupSetAside(setAside).map(({ count: times, reason }) => `${count(times)} × ${escape(reason)}`);
  return (
    `<p class="note">${count(setAside.length)} ${setAside.length === 1 ? 'item was' : 'items were'} set ` +
    `aside: ${groups.slice(0, MOST_GROUPS).join('; ')}${groups.length > MOST_GROUPS ? '; …' : ''}</p>\n` +
    '<details class="print"><summary>Each of them</summary><ul class="plain-list">' +
    `${items.join('')}${rest}</ul></details>`
  );
}

/** Each sign that the text rules took out, with words as they were and as they became. */
export function removedTable(removed: ReportData['removed']): string {
  if (removed.length === 0) return '';
  const rows = removed.map(({ sign, codePoints, count: times, examples }) => {
    const shown = examples.map(({ before, after }) => `${escape(before)} → ${escape(after)}`).join('<br>');
    return (
      `<tr><th scope="row">${escape(sign)}<small>${escape(codePoints)}</small></th><td>${count(times)}` +
      `</td><td>${shown}</td></tr>`
    );
  });
  return (
    '<p class="note">Signs that the recipe’s rules took out of the transcripts. Is one of them a letter? Name it ' +
    'in <code>text.keep</code>.</p>\n' +
    '<div class="scroll"><table class="figures"><thead><tr><th scope="col">sign</th><th scope="col">times</th>' +
    `<th scope="col">for example</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
  );
}

export function findingList(findings: ReportData['findings']): string {
  if (findings.length === 0) return '';
  const items = findings.map(
    ({ what, advice }) => `<li>${escape(advice)}<br><span class="note">${escape(what)}</span></li>`,
  );
  return `<ul class="plain-list">${items.join('')}</ul>`;
}

export function sourceList(sources: ReportData['sources']): string {
  return sources.length === 0 ? '' : `<ul class="plain-list">${sources.map(sourceItem).join('')}</ul>`;
}

function sourceItem(source: ReportData['sources'][number]): string {
  const link =
    source.url && /^https?:/.test(source.url)
      ? ` <a href="${escape(source.url)}" rel="noreferrer">${escape(source.url)}</a>`
      : '';
  return (
    `<li><b>${escape(source.title)}</b> · ${escape(source.licence)}<br><span class="note">` +
    `${escape(source.attribution)}${link}</span></li>`
  );
}

export function recipeText(recipe: string): string {
  return recipe === ''
    ? ''
    : '<details class="print"><summary>The whole experiment, defaults included</summary><pre><code>' +
        `${escape(recipe)}</code></pre></details>`;
}
