import { Random } from '../../support/random.ts';
import { secondsOf, type Spoken } from './spoken.ts';

/** Seconds on either side of a stretch that no other part hears, and how much of all speech they may take. */
const [GAP, MOST_GAP] = [5, 0.01];

/**
 * Draws a part as one stretch of time, and leaves a gap around it: what is said just before and after is too much
 * alike.
 * @param usable those of a stretch that may stand in the part
 */
export function drawStretch<S extends Spoken>(
  entries: readonly S[],
  wanted: number,
  seed: number | string,
  usable: (stretch: readonly S[]) => S[],
): { part: S[]; left: S[] } {
  const ordered = [...entries].sort(inTime);
  const first = new Random(seed).int(Math.max(1, ordered.length));
  const stretch: S[] = [];
  let seconds = 0;
  for (let i = 0; i < ordered.length && seconds < wanted; i++) {
    const entry = ordered[(first + i) % ordered.length]!;
    stretch.push(entry);
    seconds += entry.seconds;
  }
  const drawn = new Set(stretch);
  const rest = entries.filter((entry) => !drawn.has(entry));
  return { part: usable(stretch), left: awayFrom(rest, stretch, Math.min(GAP, MOST_GAP * secondsOf(entries))) };
}

function inTime(a: Spoken, b: Spoken): number {
  if (a.recording !== b.recording) return a.recording < b.recording ? -1 : 1;
  return startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1);
}

const startOf = ({ start }: Spoken): number => start ?? 0;
const endOf = (entry: Spoken): number => entry.end ?? startOf(entry) + entry.seconds;

/** What doesn't lie within some seconds of a stretch in the same recording. */
function awayFrom<S extends Spoken>(entries: readonly S[], stretch: readonly Spoken[], gap: number): S[] {
  const byRecording = new Map<string, Spoken[]>();
  for (const entry of stretch) {
    const known = byRecording.get(entry.recording);
    if (known) known.push(entry);
    else byRecording.set(entry.recording, [entry]);
  }
  return entries.filter(
    (entry) =>
      !byRecording
        .get(entry.recording)
        ?.some((other) => startOf(entry) < endOf(other) + gap && endOf(entry) > startOf(other) - gap),
  );
}
