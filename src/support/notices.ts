const listeners = new Set<(text: string) => void>();
const said = new Set<string>();

/**
 * Hears what a user should know and what is no error, e.g. that a file isn't UTF-8. Nobody hears it, if nobody asks.
 * @returns stops it
 */
export function onNotice(listener: (text: string) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Says something, once a process. */
export function notice(text: string): void {
  if (said.has(text)) return;
  if (listeners.size > 0) said.add(text);
  for (const listener of listeners) listener(text);
}
