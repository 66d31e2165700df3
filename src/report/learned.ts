import type { LanguageModelSurface, ReportData } from './data.ts';
import { escape, percent } from './html.ts';

/** How much of each of the encoder's layers the head learnt to use. */
export function layerWeights(layers: ReportData['layers']): string {
  if (!layers || layers.length < 2) return '';
  const most = Math.max(...layers.map(({ weight }) => weight));
  const bars = layers.map(
    ({ layer, weight }) =>
      `<li><span class="share">${(100 * weight).toFixed(weight < 0.1 ? 1 : 0)}</span><i ` +
      `style="--height:${(weight / most).toFixed(3)}"></i><span>${layer}</span></li>`,
  );
  return (
    '<figure><figcaption>Layer weights learned <small>% of the mix, by layer of the encoder; 0 is ' +
    'its input</small></figcaption><ol class="bars" aria-label="Layer weights in percent">' +
    `${bars.join('')}</ol></figure>`
  );
}

/** CER over the language model's weight and word bonus: whether the best lies well inside the grid or on its edge. */
export function languageModelSurface(surface: LanguageModelSurface | undefined): string {
  if (!surface || surface.cer.length === 0) return '';
  const { alphas, betas, cer, chosen } = surface;
  const all = cer.flat().filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const framed = chosen && alphas.includes(chosen.alpha) && betas.includes(chosen.beta) ? chosen : undefined;
  const cell = (value: number, alpha: number, beta: number): string => {
    const badness = high > low ? (value - low) / (high - low) : 0;
    const best = framed ? framed.alpha === alpha && framed.beta === beta : value === low;
    // The square root spreads the colours where it matters, near the best.
    return (
      `<td${best ? ' class="best"' : ''} style="--share:` +
      Math.round(100 * (1 - Math.sqrt(Number.isFinite(badness) ? badness : 1))) +
      `%">${Number.isFinite(value) ? (100 * value).toFixed(1) : '–'}</td>`
    );
  };
  const rows = alphas.map(
    (alpha, i) =>
      `<tr><th scope="row">${alpha}</th>${betas.map((beta, j) => cell(cer[i]?.[j] ?? NaN, alpha, beta)).join('')}</tr>`,
  );
  const axes = `CER on ${surface.measuredOn} in %, by the language model's weight α (rows) and word bonus β (columns)`;
  return (
    `<figure><figcaption>Language model <small>${escape(axes)}</small></figcaption>` +
    '<div class="scroll"><table class="heat"><thead><tr><th scope="col">α \\ β</th>' +
    `${betas.map((beta) => `<th scope="col">${beta}</th>`).join('')}</tr></thead><tbody>` +
    `${rows.join('')}</tbody></table></div>\n` +
    `<p class="note">${noteOn(surface, framed !== undefined, low)} The stronger the colour, ` +
    'the better.</p></figure>'
  );
}

function noteOn({ chosen }: LanguageModelSurface, framed: boolean, low: number): string {
  if (!chosen) return `Framed: the lowest, ${percent(low)}.`;
  const weights = `α ${chosen.alpha} and β ${chosen.beta}, ${percent(chosen.cer)}`;
  return framed
    ? `Framed: what was chosen, ${weights}.`
    : `Framed: the lowest of the grid. Finer steps around it found what was chosen: ${weights}.`;
}
