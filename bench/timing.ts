/** Median milliseconds of a piece of work, after a few runs that aren't counted. */
export const median = async (runs: number, work: () => unknown, uncounted = 3): Promise<number> =>
  (await timesOf(runs, work, uncounted))[runs >> 1]!;

/** Milliseconds that a quarter of the runs stay below: nearer to what the work takes where others use the machine. */
export const lowerQuartile = async (runs: number, work: () => unknown, uncounted = 3): Promise<number> =>
  (await timesOf(runs, work, uncounted))[runs >> 2]!;

async function timesOf(runs: number, work: () => unknown, uncounted: number): Promise<number[]> {
  for (let i = 0; i < uncounted; i++) await work();
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b);
}

export function report(what: string, ours: number, name: string, other: number): void {
  console.log(
    `${what.padEnd(52)} ${ours.toFixed(2).padStart(9)} ms   ${name.padEnd(34)} ${other.toFixed(2).padStart(9)} ms   ratio ${(ours / other).toFixed(2)}`,
  );
}
