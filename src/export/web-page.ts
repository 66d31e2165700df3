import { xmlEscaped } from '../formats/index.ts';
import type { WebModel } from './client/messages.ts';

/**
 * The page's frame. What it may do stands in its head, and the browser holds it to that: it runs its own scripts, and
 * connects to nothing.
 * @param beam whether the model decodes with more than the page has
 */
export function webPage(model: WebModel, beam: boolean): string {
  const name = xmlEscaped(model.name);
  const language = model.language ? ` in <b>${xmlEscaped(languageName(model.language))}</b>` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${name}</h1>
<p>Writes down what is said${language}. Nothing leaves this computer.</p>
<section>
<label class="button">Choose a recording<input type="file" id="file" accept="audio/*,video/*" disabled></label>
<button id="speak" disabled>Speak</button>
<p>or drop a recording on this page</p>
</section>
<p id="status" role="status">This page needs JavaScript.</p>
<progress id="progress" hidden></progress>
<audio id="player" controls hidden></audio>
<div id="results" hidden>
<ol id="said"></ol>
<p><button id="copy">Copy</button> <button id="text">Save text</button>
<button id="subtitles">Save subtitles</button></p>
</div>
<footer>Made with isogloss.${beam ? GREEDY : ''}</footer>
</main>
<script type="application/json" id="model">${JSON.stringify(model).replace(/</g, '\\u003c')}</script>
<script src="page.js"></script>
</body>
</html>
`;
}

const GREEDY = ' Here the model writes without its language model: isogloss transcribe writes better.';

const POLICY = [
  "default-src 'none'",
  "script-src 'self' blob: 'wasm-unsafe-eval'",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'media-src blob:',
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join('; ');

/** In English, where it is known. */
function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c1b19, #eceae6); --soft: light-dark(#6b675f, #a39e94);
  --paper: light-dark(#fbfaf7, #1b1a18); --line: light-dark(#dedad1, #3a3833);
  --accent: light-dark(#0b5d66, #6cc3cd); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { margin: 0; font-size: 1.7rem; overflow-wrap: anywhere; }
h1 + p { margin-top: .25rem; color: var(--soft); }
section { margin: 2rem 0 1rem; padding: 2rem 1rem; border: 2px dashed var(--line); border-radius: 12px;
  text-align: center; }
section p { margin: 1rem 0 0; color: var(--soft); }
button, .button { font: inherit; padding: .45rem 1rem; border: 1px solid var(--accent); border-radius: 8px;
  background: none; color: var(--accent); cursor: pointer; }
.button { display: inline-block; background: var(--accent); color: var(--paper); }
button:disabled, .button:has(:disabled) { opacity: .4; cursor: default; }
.button:focus-within, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.button input { position: absolute; width: 1px; height: 1px; opacity: 0; }
#status { min-height: 1.5em; margin: .5rem 0; }
progress, audio { width: 100%; accent-color: var(--accent); }
[hidden] { display: none; }
ol { list-style: none; margin: 1.5rem 0; padding: 0; }
li { display: grid; grid-template-columns: 5.5rem 1fr; gap: .75rem; align-items: baseline; padding: .4rem 0;
  border-top: 1px solid var(--line); }
li button:disabled { opacity: 1; color: var(--soft); }
li button { padding: 0; border: 0; text-align: right; font-variant-numeric: tabular-nums; }
footer { margin-top: 3rem; color: var(--soft); font-size: .9rem; }
`;
