/** What makes values of others. */
interface Maker {
  input: readonly string[];
  output: readonly string[];
}

/**
 * Nodes so that each comes after those that it needs; they stay as they are where that is so. Converters append casts
 * anywhere.
 */
export function inOrder<T extends Maker>(nodes: readonly T[]): T[] {
  const makers = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const done = new Set<T>();
  const result: T[] = [];
  for (const first of nodes) {
    // A stack of our own: graphs are deeper than calls may be.
    const waiting = [first];
    const entered = new Set<T>();
    for (let node = waiting.at(-1); node; node = waiting.at(-1)) {
      const needed = entered.has(node)
        ? []
        : node.input
            .flatMap((name) => makers.get(name) ?? [])
            .filter((other) => !done.has(other) && !entered.has(other));
      entered.add(node);
      if (needed.length > 0) {
        waiting.push(...needed.reverse());
        continue;
      }
      waiting.pop();
      if (done.has(node)) continue;
      done.add(node);
      result.push(node);
    }
  }
  return result;
}
