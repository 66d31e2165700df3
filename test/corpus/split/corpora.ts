import fc from 'fast-check';
import type { Split, SplitRule } from '../../../src/corpus/split/split.ts';
import type { Spoken } from '../../../src/corpus/split/spoken.ts';

/** Corpora of every shape: few or many recordings, speakers and texts, known speakers or not, utterances long and short. */
export const corpora = fc
  .record({
    recordings: fc.constantFrom(1, 2, 3, 10, 60),
    speakers: fc.constantFrom(0, 1, 2, 3, 4, 8),
    texts: fc.constantFrom(1, 2, 5, 20, 1000),
    lengths: fc.constantFrom(1, 20, 300),
    /** Recordings of one speaker each, or dialogues. */
    dialogue: fc.boolean(),
    picks: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), { minLength: 12, maxLength: 80 }),
  })
  .map(({ recordings, speakers, texts, lengths, dialogue, picks }): Spoken[] => {
    const ends = new Map<number, number>();
    return picks.map(([r, s, t, l], i) => {
      const recording = r % recordings;
      const start = ends.get(recording) ?? 0;
      const seconds = 0.5 + (l % lengths);
      ends.set(recording, start + seconds);
      return {
        id: `u${String(i).padStart(3, '0')}`,
        recording: `${recording}.wav`,
        text: `t${t % texts}`,
        seconds,
        start,
        end: start + seconds,
        ...(speakers > 0 ? { speaker: `s${(dialogue ? s : recording) % speakers}` } : {}),
      };
    });
  });

export const rule = (change: Partial<SplitRule> = {}): SplitRule => ({
  seed: 1,
  test: { minutes: 1 },
  dev: { minutes: 0.5 },
  train: {},
  ...change,
});

export const ids = (part: readonly Spoken[]): string[] => part.map(({ id }) => id).sort();

export const codes = ({ relaxed }: Split<Spoken>): string[] => relaxed.map(({ code }) => code);

/** How many of a part share something with others. */
export function shared(
  part: readonly Spoken[],
  others: readonly Spoken[],
  of: 'speaker' | 'recording' | 'text',
): number {
  const known = new Set(others.map((u) => u[of]));
  return part.filter((u) => u[of] !== undefined && known.has(u[of])).length;
}
