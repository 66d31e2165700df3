/** What several share is released by the last of them. */
export function lastOf(count: number, release: () => Promise<void>): () => Promise<void> {
  let left = count;
  return async () => {
    left--;
    if (left === 0) await release();
  };
}
