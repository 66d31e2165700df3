/** Median milliseconds of a piece of work, after a few runs that aren't counted. */
export async function median(runs: number, work: () => unknown, uncounted = 3): Promise<number> {
  for (let i = 0; i < uncounted; i++) await work();
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[runs >> 1]!;
}

export function report(what: string, ours: number, name: string, other: number): void {
  console.log(`${what.padEnd(52)} ${ours.toFixed(2).padStart(9)} ms   ${name.padEnd(34)} ${other.toFixed(2).padStart(9)} ms   ratio ${(ours / other).toFixed(2)}`);
}
