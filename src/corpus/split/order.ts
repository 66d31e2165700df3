import { speakersOf, type Spoken } from './spoken.ts';

/**
 * Puts utterances so that the first minutes of them, however many, have all speakers in the shares that they have of
 * the whole. Each speaker's stay in their order.
 */
export function stratified<S extends Spoken>(entries: readonly S[]): S[] {
  if (speakersOf(entries).size < 2) return [...entries];
  const bySpeaker = new Map<string | undefined, S[]>();
  for (const entry of entries) {
    const own = bySpeaker.get(entry.speaker);
    if (own) own.push(entry);
    else bySpeaker.set(entry.speaker, [entry]);
  }
  const placed = [...bySpeaker.values()].flatMap((own) => {
    const whole = own.reduce((sum, { seconds }) => sum + seconds, 0);
    let before = 0;
    return own.map((entry) => {
      // Where its middle lies in its speaker's speech, from 0 to 1.
      const at = (before + entry.seconds / 2) / whole;
      before += entry.seconds;
      return { entry, at };
    });
  });
  return placed.sort((a, b) => a.at - b.at || (a.entry.id < b.entry.id ? -1 : 1)).map(({ entry }) => entry);
}
