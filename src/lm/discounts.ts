/** What is taken from a count of 1, 2, and 3 or more. */
export interface Discounts {
  amounts: readonly [number, number, number];
  /** Whether the text was too small, or too regular, to estimate them, and `FALLBACK` stands in. */
  fallback: boolean;
}

/** lmplz's `--discount_fallback`. */
const FALLBACK = [0.5, 1, 1.5] as const;

/**
 * Modified Kneser–Ney discounts (Chen & Goodman 1998, equation 26).
 * @param n at index c: how many n-grams have the adjusted count c, for c from 1 to 4
 */
export function discountsOf(n: ArrayLike<number>): Discounts {
  const y = n[1]! / (n[1]! + 2 * n[2]!);
  const amounts = [1, 2, 3].map((c) => c - (c + 1) * y * (n[c + 1]! / n[c]!));
  const sound = amounts.every((amount, i) => n[i + 1]! > 0 && amount >= 0 && amount <= i + 1);
  return sound
    ? { amounts: amounts as [number, number, number], fallback: false }
    : { amounts: FALLBACK, fallback: true };
}

export const discountOf = ({ amounts }: Discounts, count: number): number =>
  count === 0 ? 0 : amounts[Math.min(count, 3) - 1]!;
