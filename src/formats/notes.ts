/** Something that a reader or writer had to do with a file and that its user should hear of. */
export interface Note {
  code:
    | 'encoding'
    | 'replaced'
    | 'interpolated'
    | 'broken-reference'
    | 'duplicate'
    | 'overlap'
    | 'order'
    | 'rounded'
    | 'not-run'
    | 'skipped';
  /** A plain sentence. */
  what: string;
  /** How often, where it is counted. */
  count?: number;
  /** Where it happened first, 1-based. */
  line?: number;
}

/** What a writer made, and what of its input the format could not hold. */
export interface Written<T = string> {
  content: T;
  notes: Note[];
}

/** Collects notes: what happens often is said once, with a count and the first line. */
export class Notes {
  private readonly found = new Map<string, Note>();

  add(code: Note['code'], what: string, line?: number, times = 1): void {
    if (times === 0) return;
    const key = `${code} ${what}`;
    const known = this.found.get(key);
    if (known) known.count = (known.count ?? 1) + times;
    else this.found.set(key, { code, what, count: times, ...(line === undefined ? {} : { line }) });
  }

  get list(): Note[] {
    return [...this.found.values()];
  }
}

/** Text with what a format can't hold replaced, and counted. */
export function replaceSigns(
  text: string,
  signs: RegExp,
  by: string | ((found: string) => string),
  what: string,
  notes: Notes,
): string {
  return text.replace(signs, (found) => {
    notes.add('replaced', what);
    return typeof by === 'string' ? by : by(found);
  });
}
