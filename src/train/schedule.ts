export interface ScheduleSettings {
  shape: 'cosine' | 'linear' | 'constant';
  /** The highest learning rate, reached at the end of the warm-up. */
  peak: number;
  warmupSteps: number;
  totalSteps: number;
}

/** The learning rate of step `step` (0-based): a linear rise, then a fall to a hundredth of the peak. */
export function learningRate(settings: ScheduleSettings, step: number): number {
  const { shape, peak, warmupSteps, totalSteps } = settings;
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  if (shape === 'constant') return peak;
  const done = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  const left = shape === 'linear' ? 1 - done : 0.5 * (1 + Math.cos(Math.PI * done));
  return peak * (0.01 + 0.99 * left);
}
