import { count, escape, interval, percent } from './html.ts';

export interface RateRow {
  name: string;
  note?: string;
  rate: number;
  /** 95 %; absent where one utterance can't give one. */
  interval?: readonly [number, number];
  /** Class of the dot. */
  colour?: 'first' | 'second' | 'quiet';
  utterances?: number;
  /** Attributes of a button that the client listens to: what to filter the utterances by. */
  filter?: Record<string, string>;
}

/** Rates as dots with their 95 % intervals on one scale from nought: what overlaps is seen without reading a figure. */
export function intervalRows(title: string, rows: readonly RateRow[], head = ''): string {
  const top = niceCeiling(
    Math.max(0.01, ...rows.map((row) => row.interval?.[1] ?? row.rate), ...rows.map((row) => row.rate)),
  );
  const at = (share: number): string => `${Math.max(0, Math.min(100, (100 * share) / top)).toFixed(2)}%`;
  const counted = rows.some((row) => row.utterances !== undefined);
  const body = rows.map((row) => {
    const band = row.interval
      ? `<i class="band" style="left:${at(row.interval[0])};right:calc(100% - ${at(row.interval[1])})"></i>`
      : '';
    const name = row.filter
      ? `<button type="button" class="plain"${Object.entries(row.filter)
          .map(([key, value]) => ` data-${key}="${escape(value)}"`)
          .join('')}>${escape(row.name)}</button>`
      : escape(row.name);
    return (
      `<tr><th scope="row">${name}${row.note ? `<small>${escape(row.note)}</small>` : ''}</th>` +
      `${counted ? `<td class="n">${count(row.utterances ?? 0)}</td>` : ''}\n` +
      `<td class="track"><span class="scale ${row.colour ?? 'first'}">${band}<i class="dot" ` +
      `style="left:${at(row.rate)}"></i></span></td>\n` +
      `<td class="value">${percent(row.rate)}</td><td class="range">` +
      `${row.interval ? interval(row.interval) : ''}</td></tr>`
    );
  });
  const ticks = [0, 0.5, 1]
    .map((share) => `<i style="left:${100 * share}%">${percent(share * top, top < 0.1 ? 1 : 0)}</i>`)
    .join('');
  return (
    `<table class="rates"><caption>${escape(title)}</caption><thead><tr><th scope="col">${escape(head)}</th>` +
    (counted ? '<th scope="col" class="n">utterances</th>' : '') +
    `<th class="track" scope="col" aria-label="on a scale"><span class="ticks">${ticks}</span></th>` +
    '<th scope="col" class="value">rate</th><th scope="col" class="range">95 %</th></tr></thead><tbody>' +
    `${body.join('\n')}</tbody></table>`
  );
}

/** The next round number at or above a value. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((m) => m * power).find((m) => m >= value * 0.999)!;
}
