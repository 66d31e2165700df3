import type { ReportData } from './data.ts';
import { escape, percent } from './html.ts';

/** The worst utterances: words side by side, and what was really said to listen to. */
export function utteranceList(utterances: ReportData['utterances']): string {
  return `<p class="legend"><span class="word equal">right</span> <span class="word substitute"><del>said</del> <ins>written</ins></span>
<span class="word delete"><del>left out</del></span> <span class="word insert"><ins>put in</ins></span></p>
<ol class="utterances">${utterances.map(utteranceItem).join('\n')}</ol>`;
}

function utteranceItem({ pair, audio }: ReportData['utterances'][number]): string {
  const words = pair.words.steps.map((step) => {
    const said = escape(pair.referenceWords[step.reference] ?? '');
    const written = escape(pair.hypothesisWords[step.hypothesis] ?? '');
    const inner = step.edit === 'equal' ? said : `${said && `<del>${said}</del>`}${said && written ? ' ' : ''}${written && `<ins>${written}</ins>`}`;
    return `<span class="word ${step.edit}">${inner}</span>`;
  });
  const player = audio
    ? `<div class="player">${waveform(audio.peaks)}<audio controls preload="none" src="${audio.dataUri}" aria-label="Recording ${escape(pair.id)}"></audio></div>`
    : '';
  const seconds = pair.seconds === undefined ? '' : ` · ${pair.seconds.toFixed(1)} s`;
  return `<li><div class="about"><code>${escape(pair.id)}</code> CER ${percent(pair.cer, 0)}${seconds}</div><p class="words" lang="">${words.join(' ')}</p>${player}</li>`;
}

function waveform(peaks: readonly number[]): string {
  const loudest = Math.max(0.01, ...peaks);
  const path = peaks.map((p, i) => `M${i} ${(20 - (19 * p) / loudest).toFixed(1)}V${(20 + (19 * p) / loudest).toFixed(1)}`).join('');
  return `<svg class="wave" viewBox="0 0 ${peaks.length} 40" preserveAspectRatio="none" aria-hidden="true"><path d="${path}"/></svg>`;
}
