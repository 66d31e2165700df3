import { CLIENT } from '#report-client';
import { chartLibrary } from './chart-library.ts';
import { escape } from './html.ts';
import { STYLE } from './style/style.ts';

export interface Document {
  title: string;
  subtitle: string;
  /** Of the whole: sections of the page, as HTML. */
  body: string;
  /** Name of each section in the bar at the top → its id. */
  places: readonly (readonly [name: string, id: string])[];
  /** Scripts of data, as HTML. */
  data: string;
}

// The page is data that may come from anywhere: nothing in it can reach the network, whatever it says.
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; media-src data: " +
  "blob:; base-uri 'none'; form-action 'none'";

/** One HTML file with all that it needs inside: style, chart library, client, data. */
export function htmlDocument(document: Document): string {
  const charts = chartLibrary();
  return page(document, {
    style: charts.style,
    buttons:
      '<span class="spring"></span><button type="button" id="theme" aria-label="Light or dark">◐</button>' +
      '<button type="button" id="help" aria-label="Keys" aria-keyshortcuts="?">?</button>',
    notice:
      '<noscript><p class="note">Charts, the confusion matrix and the utterances need JavaScript; all else ' +
      'is below.</p></noscript>\n',
    scripts: `${document.data}\n<script>${charts.script}</script>\n<script>${CLIENT}</script>\n`,
  });
}

/** One HTML file that needs no script. @param document with a script of its own, what it does may be missing */
export const staticDocument = (document: Omit<Document, 'data'> & { script?: string }): string =>
  page(document, {
    style: '',
    buttons: '',
    notice: '',
    scripts: document.script === undefined ? '' : `<script>${document.script}</script>\n`,
  });

function page(
  { title, subtitle, body, places }: Omit<Document, 'data'>,
  { style, buttons, notice, scripts }: Record<'style' | 'buttons' | 'notice' | 'scripts', string>,
): string {
  const links = places
    .filter(([, id]) => body.includes(`<section id="${id}"`))
    .map(([name, id]) => `<a href="#${id}">${escape(name)}</a>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${escape(title)} · isogloss</title><link rel="icon" href="data:,"><style>${style}${STYLE}</style></head>
<body><nav class="bar" aria-label="Sections"><div>${links.join('')}${buttons}</div></nav>
<main><header><h1>${escape(title)}</h1><p class="note">${escape(subtitle)}</p></header>
${notice}${body}</main>
${scripts}</body></html>
`;
}
