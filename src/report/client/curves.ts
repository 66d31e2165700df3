import type uPlotClass from 'uplot';
import { colour, el, onTheme, percent } from './dom.ts';
import type { EpochPoint } from './payload.ts';

// The library stands in a script of its own, before this one.
declare const uPlot: typeof uPlotClass;

interface Curve {
  name: string;
  colour: string;
  dash?: number[];
  values: (number | null)[];
}

const HEIGHT = 230;

/** Learning curves over epochs, their cursors moving together. The epoch that was kept has a line of its own. */
export function drawCurves(place: HTMLElement, epochs: readonly EpochPoint[]): void {
  const has = (key: 'dev_wer' | 'learning_rate'): boolean => epochs.some((e) => e[key] !== undefined);
  const values = (key: Exclude<keyof EpochPoint, 'stage'>): (number | null)[] => epochs.map((e) => e[key] ?? null);
  const kept = bestEpoch(epochs);
  const charts: [string, Curve[], (value: number) => string][] = [
    [
      'CTC loss a token',
      [
        { name: 'train', colour: 'first', values: values('train_loss') },
        { name: 'dev', colour: 'second', dash: [6, 4], values: values('dev_loss') },
      ],
      (v) => v.toFixed(2),
    ],
    [
      'Error rate on dev',
      [
        { name: 'CER', colour: 'second', values: values('dev_cer') },
        ...(has('dev_wer') ? [{ name: 'WER', colour: 'third', dash: [2, 4], values: values('dev_wer') }] : []),
      ],
      (v) => percent(v),
    ],
    ...(has('learning_rate')
      ? [
          [
            'Learning rate',
            [{ name: 'rate', colour: 'soft', values: values('learning_rate') }],
            (v: number) => (v === 0 ? '0' : v.toExponential(1)),
          ] as [string, Curve[], (value: number) => string],
        ]
      : []),
  ];
  let drawn: uPlotClass[] = [];
  const draw = (): void => {
    drawn.forEach((chart) => chart.destroy());
    place.replaceChildren();
    // All of them first: how many there are decides how wide each is.
    const figures = charts.map(([title, curves, format]) =>
      place.appendChild(
        el('figure', { role: 'group', 'aria-label': describe(title, curves, format) }, el('figcaption', {}, title)),
      ),
    );
    drawn = charts.map(([, curves, format], i) =>
      chart(
        figures[i]!,
        epochs.map((e) => e.epoch),
        curves,
        format,
        kept,
      ),
    );
  };
  draw();
  onTheme(draw);
  new ResizeObserver(() =>
    drawn.forEach((chart) => chart.setSize({ width: widthIn(chart.root.parentElement!), height: HEIGHT })),
  ).observe(place);
}

/** What a chart shows, for those who don't see it. */
function describe(title: string, curves: readonly Curve[], format: (value: number) => string): string {
  const ends = curves.map(({ name, values }) => {
    const known = values.filter((v) => v !== null);
    return known.length > 0 ? `${name} from ${format(known[0]!)} to ${format(known.at(-1)!)}` : `${name}: no values`;
  });
  return `${title}: ${ends.join('; ')}`;
}

function chart(
  figure: HTMLElement,
  x: number[],
  curves: readonly Curve[],
  format: (value: number) => string,
  kept: number | undefined,
): uPlotClass {
  const axis = {
    stroke: colour('soft'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('rule'), width: 1 },
    ticks: { show: false },
  };
  const keptLine = (u: uPlotClass): void => {
    if (kept === undefined) return;
    const { ctx, bbox } = u;
    const at = Math.round(u.valToPos(kept, 'x', true));
    ctx.save();
    ctx.strokeStyle = colour('soft');
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  };
  return new uPlot(
    {
      width: widthIn(figure),
      height: HEIGHT,
      cursor: { sync: { key: 'epochs' }, drag: { x: false, y: false }, y: false, points: { size: 7 } },
      legend: { markers: { width: 2, dash: (_, i) => (curves[i - 1]?.dash ? 'dashed' : 'solid') } },
      scales: {
        // One epoch alone would have no width.
        x: { time: false, range: (_, low, high) => (low === high ? [low - 1, high + 1] : [low, high]) },
        y: { range: (_, __, high) => [0, (high || 1) * 1.06] },
      },
      axes: [
        { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500], space: 40, size: 28 },
        { ...axis, size: 56, values: (_, splits) => splits.map((v) => shortened(format(v))) },
      ],
      series: [
        {
          label: 'epoch',
          value: (_, v: number | null) =>
            v === null ? (kept === undefined ? '–' : `${kept} was kept`) : v === kept ? `${v} (kept)` : String(v),
        },
        ...curves.map((curve) => ({
          label: curve.name,
          stroke: colour(curve.colour),
          width: 2,
          ...(curve.dash ? { dash: curve.dash } : {}),
          spanGaps: false,
          points: { show: x.length < 40, size: 5, fill: colour('card') },
          value: (_: uPlotClass, v: number | null) => (v === null ? '–' : format(v)),
        })),
      ],
      hooks: { draw: [keptLine] },
    },
    [x, ...curves.map((curve) => curve.values)],
    figure,
  );
}

/** On an axis `20.0 %` is `20 %`. */
const shortened = (label: string): string => label.replace(/\.0+(?=\D|$)/, '').replace(/(\.\d*?)0+$/, '$1');

const widthIn = (figure: HTMLElement): number =>
  Math.max(200, figure.clientWidth - 2 * parseFloat(getComputedStyle(figure).paddingLeft));

/** The epoch with the lowest dev CER of the last stage, the first of equals: that is the one a run keeps. */
function bestEpoch(epochs: readonly EpochPoint[]): number | undefined {
  const measured = epochs.filter((e) => e.dev_cer !== null && e.stage === epochs.at(-1)!.stage);
  return measured.length === 0 ? undefined : measured.reduce((a, b) => (b.dev_cer! < a.dev_cer! ? b : a)).epoch;
}
