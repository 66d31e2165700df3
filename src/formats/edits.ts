/** A change of a text: what stands from `at` to `until` becomes `text`. */
export interface Edit {
  at: number;
  /** Behind the last sign that goes; `at` where nothing goes. */
  until?: number;
  text: string;
}

/** A text with changes made; all else stays to the letter. Changes at one place come in their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const parts: string[] = [];
  let from = 0;
  for (const { at, until = at, text: added } of [...edits].sort((a, b) => a.at - b.at)) {
    parts.push(text.slice(from, at), lineBreak === '\n' ? added : added.replaceAll('\n', lineBreak));
    from = Math.max(from, until);
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/** Where the line begins on which only blanks stand before a place; the place itself where something else does. */
export function startOfLine(text: string, at: number): number {
  let from = at;
  while (text[from - 1] === ' ' || text[from - 1] === '\t') from--;
  return from === 0 || text[from - 1] === '\n' ? from : at;
}
