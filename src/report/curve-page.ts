import type { Spread } from '../evaluate/spread.ts';
import { staticDocument } from './document.ts';
import { escape, interval, percent, section } from './html.ts';
import { lineChart } from './line-chart.ts';

/** A learning curve, as its page has it. Rates are shares. */
export interface CurveData {
  title: string;
  unit: 'graphemes' | 'phones';
  createdAt: string;
  points: readonly {
    /** Of speech that was learnt from. */
    trained: number;
    dev: { cer: Spread };
    test: { cer: Spread; wer: Spread };
    test_ci95: { cer: [number, number]; wer: [number, number] };
    seconds: number;
  }[];
}

/** One page: how errors on one test split fall with more speech to learn from. */
export function renderCurve({ title, unit, createdAt, points }: CurveData): string {
  const seeds = points[0]?.test.cer.count ?? 1;
  const cer = unit === 'phones' ? 'PER' : 'CER';
  const chart = lineChart({
    title: `Errors on test by minutes of training speech`,
    across: 'minutes of training speech',
    lines: [
      { name: cer, points: points.map((p) => pointOf(p.trained, p.test.cer, p.test_ci95.cer, seeds)) },
      { name: 'WER', points: points.map((p) => pointOf(p.trained, p.test.wer, p.test_ci95.wer, seeds)) },
    ],
  });
  const band = seeds > 1 ? `from the best to the worst of ${seeds} seeds` : 'the 95 % interval of the test split';
  return staticDocument({
    title: `${title}: with more speech`,
    subtitle: createdAt.slice(0, 10),
    body: section('curve', 'Errors', `${chart}<p class="note">The bars are ${band}.</p>${table(points, cer, seeds)}`),
    places: [['Errors', 'curve']],
  });
}

/** Of several seeds their reach says more than what one test split lets be seen. */
const pointOf = (
  minutes: number,
  { mean, least, most }: Spread,
  ci95: [number, number],
  seeds: number,
): { x: number; y: number; band: [number, number] } => ({
  x: minutes,
  y: mean,
  band: seeds > 1 ? [least, most] : ci95,
});

function table(points: CurveData['points'], cer: string, seeds: number): string {
  const heads = [
    'minutes',
    `dev ${cer}`,
    cer,
    seeds > 1 ? 'deviation' : '95 %',
    'WER',
    seeds > 1 ? 'deviation' : '95 %',
    'training',
  ];
  const rows = points.map(({ trained, dev, test, test_ci95, seconds }) => {
    const spread = (rate: Spread, ci95: [number, number]): string =>
      seeds > 1 ? percent(rate.deviation) : interval(ci95);
    const cells = [
      ...[percent(dev.cer.mean), percent(test.cer.mean), spread(test.cer, test_ci95.cer)],
      ...[percent(test.wer.mean), spread(test.wer, test_ci95.wer), `${Math.round(seconds)} s`],
    ];
    const inRow = cells.map((cell) => `<td>${escape(cell)}</td>`).join('');
    return `<tr><th scope="row">${trained.toFixed(1)}</th>${inRow}</tr>`;
  });
  const head = heads.map((name) => `<th scope="col">${escape(name)}</th>`).join('');
  return (
    `<div class="scroll"><table><thead><tr>${head}</tr></thead>` + `<tbody>${rows.join('\n')}</tbody></table></div>`
  );
}
