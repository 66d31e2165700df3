import { RecordSorter } from './record-sorter.ts';

/**
 * Sorts n-grams by their last id, then the one before it, … (all that end alike stand together); `columns` numbers
 * follow the ids.
 * @param order of the n-grams
 */
export const byEnding = (
  order: number,
  columns: number,
  bytes: number,
  folder: string,
  name: string,
  sum?: number,
): RecordSorter => new RecordSorter({ columns: order + columns, keys: keysFrom(order - 1), sum }, bytes, folder, name);

export const keysFrom = (column: number): number[] => Array.from({ length: column + 1 }, (_, i) => column - i);
