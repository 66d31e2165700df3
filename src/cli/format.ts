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
