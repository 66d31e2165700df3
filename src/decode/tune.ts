/** The two weights of shallow fusion. */
export interface Weights {
  /** Of the language model. */
  alpha: number;
  /** Bonus for each of its tokens. */
  beta: number;
}

export interface TriedWeights extends Weights {
  errorRate: number;
}

export interface WeightGrid {
  alphas: readonly number[];
  betas: readonly number[];
  /** How often the neighbourhood of the best point is searched after the grid, each time at half the distance. */
  refinements: number;
}

/**
 * Wide enough for word and character models on natural logarithms; 56 decodings of dev, then at most 8 a refinement.
 */
export const weightGrid: WeightGrid = {
  alphas: [0, 0.25, 0.5, 0.75, 1, 1.5, 2],
  betas: [-2, -1, 0, 0.5, 1, 2, 3, 4],
  refinements: 2,
};

/**
 * The weights with the lowest error rate on dev (never on test): a grid, then ever smaller steps around its best point.
 * Deterministic; among equals the smallest alpha wins, then the beta nearest 0, as the one that leans least on the
 * model.
 * @param errorRate decodes dev with the weights and scores it; asked once a point, one after another
 * @returns the best point, and all that were tried, in order
 */
export async function tuneWeights(
  errorRate: (weights: Weights) => number | Promise<number>,
  grid: WeightGrid = weightGrid,
): Promise<{ best: TriedWeights; tried: TriedWeights[] }> {
  const tried: TriedWeights[] = [];
  const attempt = async (alpha: number, beta: number): Promise<void> => {
    if (alpha < 0 || tried.some((point) => point.alpha === alpha && point.beta === beta)) return;
    tried.push({ alpha, beta, errorRate: await errorRate({ alpha, beta }) });
  };
  for (const alpha of grid.alphas) for (const beta of grid.betas) await attempt(alpha, beta);
  let [stepAlpha, stepBeta] = [closest(grid.alphas), closest(grid.betas)];
  for (let round = 0; round < grid.refinements; round++) {
    stepAlpha /= 2;
    stepBeta /= 2;
    const { alpha, beta } = tried.reduce(better);
    for (const a of [-1, 0, 1]) for (const b of [-1, 0, 1]) await attempt(alpha + a * stepAlpha, beta + b * stepBeta);
  }
  return { best: tried.reduce(better), tried };
}

/** The first, unless the second is better. */
function better(a: TriedWeights, b: TriedWeights): TriedWeights {
  const order = b.errorRate - a.errorRate || b.alpha - a.alpha || Math.abs(b.beta) - Math.abs(a.beta);
  return order < 0 ? b : a;
}

/** Distance of the two closest values; 0 where there is only one, which then stays. */
function closest(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const distances = sorted.slice(1).map((value, i) => value - sorted[i]!);
  return distances.length > 0 ? Math.min(...distances) : 0;
}
