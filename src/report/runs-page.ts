import { staticDocument } from './document.ts';
import { count, escape, percent, section } from './html.ts';
import { intervalRows } from './interval-rows.ts';
import { SORTED_TABLES } from './sorted-tables.ts';

/** A run as the page over many has it. */
export interface RunRow {
  name: string;
  /** Its report, from the page. */
  report?: string;
  state: string;
  recipe: string;
  corpus: readonly string[];
  encoder: string;
  trained: string;
  seed: number;
  minutes: { train: number; test: number };
  /** The same for runs that were tested on the same. */
  tested: string;
  dev?: { cer: number; wer: number };
  test?: {
    cer: number;
    wer: number;
    cer_ci95: [number, number];
    wer_ci95: [number, number];
    utterances: number;
  };
  seconds?: number;
  changed: string;
  bytes: number;
}

type Finished = RunRow & Required<Pick<RunRow, 'dev' | 'test'>>;

/** One page over many runs: a table that sorts, and for each test set a plot a measure. */
export function renderRuns(runs: readonly RunRow[], createdAt: string): string {
  const finished = runs.filter((run): run is Finished => run.test !== undefined && run.dev !== undefined);
  const sets = [...new Set(finished.map(({ tested }) => tested))];
  const plots = sets.map((set) => plotsOf(finished.filter(({ tested }) => tested === set)));
  return staticDocument({
    title: 'Runs',
    subtitle: `${count(runs.length)} runs, ${count(finished.length)} of them finished · ${createdAt.slice(0, 10)}`,
    body: [
      section('runs', 'All runs', runs.length > 0 ? table(runs) : ''),
      section('plots', 'Measures', plots.join('')),
    ].join('\n'),
    places: [
      ['All runs', 'runs'],
      ['Measures', 'plots'],
    ],
    script: SORTED_TABLES,
  });
}

/** Only what was tested on the same sounds and texts stands on one scale. */
function plotsOf(runs: readonly Finished[]): string {
  const { corpus, test, minutes } = runs[0]!;
  const on = `${corpus.join(', ')}: ${count(test.utterances)} utterances, ${minutes.test.toFixed(1)} min`;
  const byDev = runs.toSorted((a, b) => a.dev.cer - b.dev.cer);
  const plot = (title: string, rows: { rate: number; interval?: [number, number] }[]): string =>
    intervalRows(
      title,
      byDev.map(({ name, encoder, trained }, i) => ({ name, note: `${encoder}, ${trained}`, ...rows[i]! })),
    );
  return `<h3>${escape(on)}</h3><div class="grid">${[
    plot(
      'CER on test',
      byDev.map(({ test: { cer, cer_ci95: interval } }) => ({ rate: cer, interval })),
    ),
    plot(
      'WER on test',
      byDev.map(({ test: { wer, wer_ci95: interval } }) => ({ rate: wer, interval })),
    ),
    plot(
      'CER on dev',
      byDev.map(({ dev: { cer } }) => ({ rate: cer })),
    ),
  ].join('')}</div>`;
}

/** A cell, and what its column is sorted by. */
type Cell = readonly [shown: string, by: string | number];

const HEADS = [
  ...['run', 'state', 'corpus', 'min', 'encoder', 'trained', 'seed'],
  ...['dev CER', 'test CER', 'test WER', 'training', 'size', 'when'],
];

function table(runs: readonly RunRow[]): string {
  const rows = runs.map((run) => {
    const [name, ...cells] = cellsOf(run);
    const shown =
      run.report === undefined ? escape(name![0]) : `<a href="${escape(run.report)}">${escape(name![0])}</a>`;
    return (
      `<tr><th scope="row" data-by="${escape(String(name![1]))}">${shown}</th>` +
      cells.map(([text, by]) => `<td data-by="${escape(String(by))}">${escape(text)}</td>`).join('') +
      '</tr>'
    );
  });
  const heads = HEADS.map(
    (head) => `<th scope="col" aria-sort="none"><button type="button" class="plain">${head}</button></th>`,
  );
  return (
    `<div class="scroll"><table class="sorted"><thead><tr>${heads.join('')}</tr></thead><tbody>` +
    `${rows.join('\n')}</tbody></table></div>`
  );
}

function cellsOf(run: RunRow): Cell[] {
  const rate = (value: number | undefined): Cell => (value === undefined ? ['', ''] : [percent(value), value]);
  return [
    [run.name, run.name],
    [run.state, run.state],
    [run.corpus.join(', '), run.corpus.join(', ')],
    [run.minutes.train.toFixed(1), run.minutes.train],
    [run.encoder, run.encoder],
    [run.trained, run.trained],
    [String(run.seed), run.seed],
    rate(run.dev?.cer),
    rate(run.test?.cer),
    rate(run.test?.wer),
    run.seconds === undefined ? ['', ''] : [`${Math.round(run.seconds)} s`, run.seconds],
    [`${(run.bytes / 1e6).toFixed(1)} MB`, run.bytes],
    [run.changed.slice(0, 16).replace('T', ' '), run.changed],
  ];
}
