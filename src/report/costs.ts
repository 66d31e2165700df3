/** What metrics.json says of the time and memory a run took. */
export interface CostFigures {
  features: { seconds: number; real_time_factor: number | null };
  train: { epochs: number; seconds: number; frames_per_second: number };
  /** Runs of earlier versions don't say. */
  machine?: { device: string; threads: number };
}

/** Label and value of each cost, as they are to be read. */
export function costLines({ features, train, machine }: CostFigures): [string, string][] {
  return [
    [
      'Features',
      features.real_time_factor === null
        ? 'cached'
        : `${features.seconds.toFixed(1)} s (${features.real_time_factor.toFixed(4)} × real time)`,
    ],
    ['Training', `${train.seconds.toFixed(1)} s, ${train.epochs} epochs`],
    ['Training speed', `${Math.round(train.frames_per_second / 50)} s of audio a second`],
    ...(machine ? [['Computed on', `${machine.device}, ${machine.threads} threads`] as [string, string]] : []),
  ];
}
