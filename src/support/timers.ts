/** Node's timers wait no longer than that, 24 days; what is more would be over at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds for a timer. */
export const timerOf = (seconds: number): number => Math.min(LONGEST_MS, Math.ceil(1000 * seconds));
