/**
 * A key that an object in a JSON text has twice, if any: `JSON.parse` would take the last without a word, other readers
 * the first.
 * @param text of a JSON document; where it is none, what is found means nothing
 */
export function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const key = keyOf(token);
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

function keyOf(token: string): string {
  const quoted = token.slice(0, token.lastIndexOf('"') + 1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    // A wrong escape: the parser will say so.
    return quoted;
  }
}
