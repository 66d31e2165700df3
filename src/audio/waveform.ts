/** Loudest sample of each of `buckets` equal stretches, 0 to 1: enough to draw a waveform. */
export function peaks(samples: Float32Array, buckets: number): number[] {
  const result: number[] = [];
  for (let b = 0; b < buckets; b++) {
    const end = Math.floor(((b + 1) * samples.length) / buckets);
    let highest = 0;
    for (let i = Math.floor((b * samples.length) / buckets); i < end; i++)
      highest = Math.max(highest, Math.abs(samples[i]!));
    result.push(Math.min(1, highest));
  }
  return result;
}
