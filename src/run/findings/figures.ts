/** One digit that counts: 0.001 for 0.003 / 3. */
export const rounded = (value: number): number => Number(value.toPrecision(1));

export const figure = (value: number): string => (value >= 1000 ? value.toExponential(1) : value.toPrecision(3));

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
