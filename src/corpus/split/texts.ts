import type { Part, Spoken } from './spoken.ts';

/**
 * Which part has which text. A text that is said again elsewhere goes to the part that is being drawn, and is left out
 * of the others, if more of its speech is here; else it is left out here.
 */
export class TextOwners {
  private readonly owners = new Map<string, Part>();
  private readonly whole: Map<string, number>;
  private readonly apart: boolean;

  /** @param apart whether a text has to stay in one part at all */
  constructor(entries: readonly Spoken[], apart: boolean) {
    this.whole = secondsByText(entries);
    this.apart = apart;
  }

  /** Those of a unit that may stand in a part, if the unit goes there. */
  usable<S extends Spoken>(unit: readonly S[], part: Part): S[] {
    if (!this.apart) return [...unit];
    const here = secondsByText(unit);
    return unit.filter(({ text }) => {
      const owner = this.owners.get(text);
      if (owner !== undefined || part === 'train') return (owner ?? 'train') === part;
      return here.get(text)! >= this.whole.get(text)! / 2;
    });
  }

  claim(entries: readonly Spoken[], part: Part): void {
    for (const { text } of entries) if (!this.owners.has(text)) this.owners.set(text, part);
  }
}

function secondsByText(entries: readonly Spoken[]): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const entry of entries) seconds.set(entry.text, (seconds.get(entry.text) ?? 0) + entry.seconds);
  return seconds;
}
