import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { RecordSorter } from '../../src/lm/record-sorter.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'isogloss-'));
});

// Large numbers too: the sort goes by 16 bits at a time.
const number = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 0xffffffff }));
const rows = fc.array(fc.tuple(number, number, fc.nat(9)), { maxLength: 200 });

it('sorts by its keys and sums, however little memory it has', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(100, 300, 1e6), (input, bytes) => {
      const sorter = new RecordSorter({ columns: 3, keys: [1, 0], sum: 2 }, bytes, path.join(folder, 'sort'), 'rows');
      for (const row of input) {
        const at = sorter.slot();
        sorter.records.set(row, at);
      }
      const sums = new Map<string, [number, number, number]>();
      for (const [a, b, c] of input) sums.set(`${a} ${b}`, [a, b, c + (sums.get(`${a} ${b}`)?.[2] ?? 0)]);
      const expected = [...sums.values()].sort(([a1, b1], [a2, b2]) => b1 - b2 || a1 - a2);
      const cursor = sorter.sorted();
      const actual: number[][] = [];
      while (cursor.next()) actual.push([...cursor.row]);
      expect(actual).toEqual(expected);
      if (bytes === 1e6) expect(sorter.runs).toBe(0);
      else if (input.length > 60) expect(sorter.runs).toBeGreaterThan(1);
      sorter.close();
      expect(existsSync(path.join(folder, 'sort', 'rows'))).toBe(false);
    }),
    { numRuns: 40 },
  );
});
