/** What metrics.json says of the time and memory a run took. */
export interface CostFigures {
  features: { seconds: number; real_time_factor: number | null };
  train: { epochs: number; seconds: number; frames_per_second: number };
  /** Runs of earlier versions don't say. */
  machine?: { device: string; threads: number };
  self_training?: {
    minutes: number;
    dev_cer: { before: number; after: number };
    rounds: { minutes: number; taken: boolean }[];
  };
}

/** Label and value of each cost, as they are to be read. */
export function costLines({ features, train, machine, self_training: untranscribed }: CostFigures): [string, string][] {
  return [
    [
      'Features',
      features.real_time_factor === null
        ? 'cached'
        : `${features.seconds.toFixed(1)} s (${features.real_time_factor.toFixed(4)} × real time)`,
    ],
    ['Training', `${train.seconds.toFixed(1)} s, ${train.epochs} epochs`],
    ['Training speed', `${Math.round(train.frames_per_second / 50)} s of audio a second`],
    ...(untranscribed ? [['Untranscribed speech', inWords(untranscribed)] as [string, string]] : []),
    ...(machine ? [['Computed on', `${machine.device}, ${machine.threads} threads`] as [string, string]] : []),
  ];
}

function inWords({ minutes, dev_cer, rounds }: NonNullable<CostFigures['self_training']>): string {
  const taken = rounds.filter((round) => round.taken).at(-1);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return taken
    ? `${minutes.toFixed(1)} min, of which it was sure of ${taken.minutes.toFixed(1)} and learnt from: CER on dev ` +
        `${percent(dev_cer.before)} → ${percent(dev_cer.after)}`
    : `${minutes.toFixed(1)} min: it did not help, so the model has learnt from the transcripts alone`;
}
