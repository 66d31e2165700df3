/**
 * A number of 52 bits for a text: FNV-1a in two halves with different beginnings. For telling apart, not for secrets.
 */
export function hashOf(text: string): number {
  let [low, high] = [0x811c9dc5, 0xcbf29ce4];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ (unit + 0x9e37), 0x01000197);
  }
  return (low >>> 0) * 0x100000 + ((high >>> 0) & 0xfffff);
}
