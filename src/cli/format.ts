import type { Race, Variants } from '../run/index.ts';

export { amount } from '../support/amount.ts';

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const interval = ([low, high]: readonly [number, number]): string =>
  `95 % interval ${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`;

/** Rows as columns that line up; the first column to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, c) => Math.max(...rows.map((row) => row[c]!.length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** What variants came to: all of them on dev, and of the best, which dev has chosen, also test. */
export function variantTable({ variants, best }: Variants): string {
  const several = variants.some(({ runs }) => runs.length > 1);
  const rows = variants.map(({ set, dev, test, seconds, runs }, i) => [
    set.length > 0 ? set.join(' ') : 'the recipe',
    percent(dev.cer.mean),
    ...(several ? [percent(dev.cer.deviation)] : []),
    i === best ? percent(test.cer.mean) : '',
    i === best ? percent(test.wer.mean) : '',
    `${Math.round(seconds)} s`,
    runs.every(({ known }) => known) ? 'known' : '',
  ]);
  const heads = ['', 'dev CER', ...(several ? ['deviation'] : []), 'test CER', 'test WER', 'training', ''];
  const folders = variants[best]!.runs.map(({ folder }) => `run  ${folder}`);
  const chosen = variants.length > 1 ? 'Best on dev, and only that one is shown on test:\n' : '';
  return `${columns([heads, ...rows])}\n\n${chosen}${folders.join('\n')}`;
}

/** How far variants that shared a budget got, and of the best, which dev has chosen, also test. */
export function raceTable({ variants, best, run, budget, seconds }: Race): string {
  const rows = variants.map(({ set, epochs, dev_cer: devCer, unfinished }, i) => [
    set.join(' '),
    `${epochs.trained}/${epochs.of}`,
    devCer === undefined ? '–' : percent(devCer),
    i === best ? percent(run.metrics.test.cer) : '',
    i === best ? percent(run.metrics.test.wer) : '',
    unfinished?.code === 'behind' ? 'behind' : unfinished ? 'no time' : '',
  ]);
  const heads = ['', 'epochs', 'dev CER', 'test CER', 'test WER', ''];
  const unfinished = variants.flatMap(({ set, unfinished }) =>
    unfinished ? [`not finished: ${set.join(' ')}: ${unfinished.why}`] : [],
  );
  const time = `${(seconds / 60).toFixed(1)} of ${(budget / 60).toFixed(1)} minutes`;
  return [columns([heads, ...rows]), unfinished.join('\n'), `Best on dev in ${time}:\nrun  ${run.folder}`]
    .filter((part) => part !== '')
    .join('\n\n');
}
