/** Where a problem was found: a file, and a line or cell in it when known. */
export interface Place {
  file?: string;
  line?: number;
}

/** An error that a person can act on: what went wrong, where, and what to do next. */
export class IsoglossError extends Error {
  readonly place: Place;
  readonly next: string;
  readonly exitCode: 1 | 2;

  constructor(what: string, next: string, place: Place, exitCode: 1 | 2, cause?: unknown) {
    super(what, { cause });
    this.place = place;
    this.next = next;
    this.exitCode = exitCode;
  }
}

/** Bad usage or bad input: the person has to change something. Exit code 2. */
export class InputError extends IsoglossError {
  override readonly name = 'InputError';
  constructor(what: string, next: string, place: Place = {}, cause?: unknown) {
    super(what, next, place, 2, cause);
  }
}

/** The work itself failed: disk full, download cut, not enough memory. Exit code 1. */
export class WorkError extends IsoglossError {
  override readonly name = 'WorkError';
  constructor(what: string, next: string, place: Place = {}, cause?: unknown) {
    super(what, next, place, 1, cause);
  }
}

/** One item that was left out while the rest went on. */
export interface SetAside {
  /** The utterance's id, or the file's path where there is no utterance. */
  item: string;
  reason: string;
  /** What kind of reason it is, where a program wants to know; the same for all items that it holds for. */
  code?: string;
  place?: Place;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT`, `ENOSPC`, …), if it is one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
