/**
 * How likely a standard normal value is at least so far from 0, on either side. By a Chebyshev fit of erfc (Press et
 * al. 1992), 1e-7 of its value.
 */
export function twoSidedP(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const coefficients = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
    -1.26551223,
  ];
  return Math.min(1, t * Math.exp(coefficients.reduce((sum, c) => sum * t + c, 0) - x * x));
}
