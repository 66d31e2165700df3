/** How many single insertions, deletions and substitutions lead from one sequence to the other (Levenshtein 1966). */
export function editDistance<T>(a: ArrayLike<T>, b: ArrayLike<T>): number {
  const row = Int32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    let diagonal = row[0]!;
    row[0] = i + 1;
    for (let j = 0; j < b.length; j++) {
      const above = row[j + 1]!;
      row[j + 1] = Math.min(above + 1, row[j]! + 1, diagonal + (a[i] === b[j] ? 0 : 1));
      diagonal = above;
    }
  }
  return row[b.length]!;
}

/** The word among others that was probably meant, if one is near enough to be a slip of the pen. */
export function closest(word: string, among: readonly string[]): string | undefined {
  const [best] = among.map((name) => ({ name, d: editDistance(word, name) })).sort((a, b) => a.d - b.d);
  return best && best.d <= Math.max(2, word.length / 3) ? best.name : undefined;
}
