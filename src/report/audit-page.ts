import { staticDocument } from './document.ts';
import { count, escape, percent, section } from './html.ts';

/** Everything that the page of an audit shows. */
export interface AuditPage {
  title: string;
  /** ISO 8601. */
  createdAt: string;
  utterances: number;
  minutes: number;
  measures: { name: string; unit: string; least: number; median: number; most: number; bins: readonly number[] }[];
  groups: { title: string; rows: AuditRow[] }[];
  graphemes: { grapheme: string; count: number; speakers: number }[];
  sentences: { text: string; adds: readonly string[] }[];
  alike: { what: string; items: readonly string[]; texts: readonly string[] }[];
  /** What a model does not believe, the worst first, and in words which model that is. */
  suspects?: { about: string; items: FlaggedUtterance[] };
  /** What has errors or warnings, errors first. */
  flagged: FlaggedUtterance[];
}

export interface AuditRow {
  name: string;
  utterances: number;
  minutes: number;
  errors: number;
  warnings: number;
  snr: number;
  pace: number;
}

export interface FlaggedUtterance {
  id: string;
  errors: readonly string[];
  warnings: readonly string[];
  transcript?: string;
  /** What a model made of it. */
  heard?: { text: string; cer: number; confidence?: number; learnt: boolean };
  /** Where it is written down, in words. */
  where: string;
  /** The annotation file, and the recording at the place, from the page. */
  links: { name: string; href: string }[];
  /** `data:audio/…`; not for all. */
  sound?: string;
}

/** One HTML page of an audit, with sound inside: no file and no network beside it. */
export function renderAudit(page: AuditPage): string {
  const { suspects, flagged } = page;
  const body = [
    suspects
      ? section('suspects', 'Suspicious transcripts', `<p>${escape(suspects.about)}</p>${flaggedList(suspects.items)}`)
      : '',
    section('measures', 'The recordings', `<div class="grid">${page.measures.map(histogram).join('')}</div>`),
    section('groups', 'By speaker, tier and file', page.groups.map(groupTable).join('')),
    section('findings', 'Findings', flagged.length > 0 ? flaggedList(flagged) : '<p>None.</p>'),
    section('letters', 'Letters', letters(page)),
    section('alike', 'Alike', alikeList(page.alike)),
  ];
  return staticDocument({
    title: `Audit of ${page.title}`,
    subtitle:
      `${count(page.utterances)} utterances, ${page.minutes.toFixed(1)} minutes · ` + page.createdAt.slice(0, 10),
    body: body.join('\n'),
    places: [
      ['Suspicious', 'suspects'],
      ['Recordings', 'measures'],
      ['Groups', 'groups'],
      ['Findings', 'findings'],
      ['Letters', 'letters'],
      ['Alike', 'alike'],
    ],
  });
}

function flaggedList(items: readonly FlaggedUtterance[]): string {
  return `<ul class="flagged">${items.map(flaggedItem).join('')}</ul>`;
}

function flaggedItem({ id, errors, warnings, transcript, heard, where, links, sound }: FlaggedUtterance): string {
  const anchors = links.map(({ name, href }) => `<a href="${escape(href)}">${escape(name)}</a>`);
  const facts = heard && [
    `${percent(heard.cer, 0)} of the letters would be wrong`,
    ...(heard.confidence === undefined ? [] : [`${percent(heard.confidence, 0)} sure`]),
    ...(heard.learnt ? ['the model has learnt from this transcript'] : []),
  ];
  return (
    `<li><div class="about"><code>${escape(id)}</code><span>${escape(where)}</span>${anchors.join('')}</div>\n` +
    errors.map((what) => `<p class="error">${escape(what)}</p>`).join('') +
    warnings.map((what) => `<p>${escape(what)}</p>`).join('') +
    (transcript === undefined ? '' : `<p class="words">${escape(transcript)}</p>`) +
    (heard && facts
      ? `<p class="words"><small>heard: </small>${escape(heard.text === '' ? 'nothing' : heard.text)}</p>` +
        `<p class="note">${escape(facts.join(' · '))}</p>`
      : '') +
    (sound === undefined ? '' : `<audio controls preload="none" src="${escape(sound)}"></audio>`) +
    '</li>'
  );
}

function histogram({ name, unit, least, median, most, bins }: AuditPage['measures'][number]): string {
  const highest = Math.max(...bins, 1);
  const width = (most - least) / bins.length;
  const bars = bins.map((utterances, i) => {
    const from = least + i * width;
    const label = `${from.toFixed(1)} to ${(from + width).toFixed(1)} ${unit}: ${utterances}`;
    return `<li title="${escape(label)}"><i style="--height:${(utterances / highest).toFixed(3)}"></i></li>`;
  });
  const spread = `${least.toFixed(1)} to ${most.toFixed(1)} ${unit}, median ${median.toFixed(1)}`;
  return (
    `<figure><figcaption>${escape(name)} <small>${escape(spread)}</small></figcaption><ol class="bars" ` +
    `aria-label="${escape(name)}: utterances from ${escape(spread)}">${bars.join('')}</ol></figure>`
  );
}

/** The page does not grow beyond what a person reads. */
const MOST_ROWS = 200;

function groupTable({ title, rows }: AuditPage['groups'][number]): string {
  if (rows.length < 2) return '';
  const heads = ['utterances', 'minutes', 'errors', 'warnings', 'dB over noise', 'letters/s'];
  const body = rows.slice(0, MOST_ROWS).map((row) => {
    const cells = [count(row.utterances), row.minutes.toFixed(1), row.errors, row.warnings];
    const more = [row.snr.toFixed(0), row.pace.toFixed(1)];
    return (
      `<tr><th scope="row">${escape(row.name)}</th>` +
      `${[...cells, ...more].map((cell) => `<td>${cell}</td>`).join('')}</tr>`
    );
  });
  const rest = rows.length > MOST_ROWS ? `<p class="note">and ${count(rows.length - MOST_ROWS)} more</p>` : '';
  return (
    `<div class="scroll"><table><thead><tr><th scope="col">${escape(title)}</th>` +
    `${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${body.join('')}` +
    `</tbody></table></div>${rest}`
  );
}

function letters({ graphemes, sentences }: AuditPage): string {
  const all = graphemes.map(
    ({ grapheme, count: times, speakers }) =>
      `<span><b>${escape(grapheme)}</b> ${count(times)}\u00a0× <small>${speakers} ` +
      `${speakers === 1 ? 'speaker' : 'speakers'}</small></span>`,
  );
  const added = sentences.map(({ text, adds }) => `<li>${escape(text)} <small>${escape(adds.join(' '))}</small></li>`);
  const next =
    added.length > 0
      ? '<h3>Sentences that would add the most</h3><p class="note">With what each of them has that is seldom ' +
        `so far.</p><ol>${added.join('')}</ol>`
      : '';
  return all.length === 0
    ? ''
    : `<p class="note">The rarest first.</p><div class="letters">${all.join('')}</div>${next}`;
}

function alikeList(alike: AuditPage['alike']): string {
  const items = alike.slice(0, MOST_ROWS).map(({ what, items: ids, texts }) => {
    const said = texts.map((text) => `“${escape(text)}”`).join(' ');
    return (
      `<li>${escape(what)}, ${count(ids.length)}\u00a0×: ${said} <small>` +
      `${escape(ids.slice(0, 5).join(', '))}${ids.length > 5 ? ' …' : ''}</small></li>`
    );
  });
  return items.length === 0 ? '' : `<ul class="plain-list">${items.join('')}</ul>`;
}
