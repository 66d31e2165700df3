import type { SetAside } from '../../support/errors.ts';
import type { Row } from '../importers/importer.ts';

/** Rows that are looked at before the first goes on. */
const LOOKED_AT = 200;
/** Nobody speaks an utterance this long: seconds. */
const TOO_LONG = 200;

/** Times that are milliseconds though seconds are wanted: whole numbers, and half of the utterances minutes long. */
export async function* inSeconds(
  rows: AsyncIterable<Row | SetAside> | Iterable<Row | SetAside>,
  tell: (what: string) => void,
): AsyncGenerator<Row | SetAside> {
  const waiting: (Row | SetAside)[] = [];
  let scale: ((row: Row | SetAside) => Row | SetAside) | undefined;
  for await (const row of rows) {
    if (scale) {
      yield scale(row);
      continue;
    }
    waiting.push(row);
    if (waiting.length < LOOKED_AT) continue;
    scale = scaleFor(waiting, tell);
    yield* waiting.splice(0).map(scale);
  }
  yield* waiting.map(scaleFor(waiting, tell));
}

type Scale = (row: Row | SetAside) => Row | SetAside;

function scaleFor(sample: readonly (Row | SetAside)[], tell: (what: string) => void): Scale {
  const lengths = sample.flatMap((row) => {
    if ('reason' in row) return [];
    const length = row.start !== undefined && row.end !== undefined ? row.end - row.start : row.duration;
    return length === undefined ? [] : [length];
  });
  const median = [...lengths].sort((a, b) => a - b)[lengths.length >> 1] ?? 0;
  if (median <= TOO_LONG || !lengths.every(Number.isInteger)) return (row) => row;
  tell('times are whole numbers and utterances would be minutes long: they are read as milliseconds');
  return (row) => ('reason' in row ? row : { ...row, ...inThousandths(row) });
}

function inThousandths({ start, end, duration }: Row): Pick<Row, 'start' | 'end' | 'duration'> {
  return {
    ...(start !== undefined && { start: start / 1000 }),
    ...(end !== undefined && { end: end / 1000 }),
    ...(duration !== undefined && { duration: duration / 1000 }),
  };
}
