/** One step of an alignment; the letters that scoring tools use. */
export type Edit = 'equal' | 'substitute' | 'delete' | 'insert';

export interface Alignment {
  /** In order; `reference` and `hypothesis` are indices, −1 where that side has nothing. */
  steps: { edit: Edit; reference: number; hypothesis: number }[];
  substitutions: number;
  deletions: number;
  insertions: number;
}

/** The cheapest way from reference to hypothesis by single-token edits (Levenshtein 1966). */
export function alignTokens(reference: readonly string[], hypothesis: readonly string[]): Alignment {
  const columns = hypothesis.length + 1;
  const costs = costTable(reference, hypothesis);
  const alignment: Alignment = { steps: [], substitutions: 0, deletions: 0, insertions: 0 };
  let [i, j] = [reference.length, hypothesis.length];
  while (i > 0 || j > 0) {
    const here = costs[i * columns + j]!;
    const equal = i > 0 && j > 0 && reference[i - 1] === hypothesis[j - 1];
    if (equal && costs[(i - 1) * columns + j - 1] === here) alignment.steps.push({ edit: 'equal', reference: --i, hypothesis: --j });
    else if (i > 0 && j > 0 && costs[(i - 1) * columns + j - 1]! + 1 === here) {
      alignment.substitutions++;
      alignment.steps.push({ edit: 'substitute', reference: --i, hypothesis: --j });
    } else if (i > 0 && costs[(i - 1) * columns + j]! + 1 === here) {
      alignment.deletions++;
      alignment.steps.push({ edit: 'delete', reference: --i, hypothesis: -1 });
    } else {
      alignment.insertions++;
      alignment.steps.push({ edit: 'insert', reference: -1, hypothesis: --j });
    }
  }
  alignment.steps.reverse();
  return alignment;
}

/** [reference + 1, hypothesis + 1]: the cheapest way from the first i tokens to the first j. */
function costTable(reference: readonly string[], hypothesis: readonly string[]): Uint32Array {
  const columns = hypothesis.length + 1;
  const costs = new Uint32Array((reference.length + 1) * columns);
  for (let j = 0; j < columns; j++) costs[j] = j;
  for (let i = 1; i <= reference.length; i++) {
    const row = i * columns;
    costs[row] = i;
    for (let j = 1; j < columns; j++) {
      const diagonal = costs[row - columns + j - 1]! + (reference[i - 1] === hypothesis[j - 1] ? 0 : 1);
      costs[row + j] = Math.min(diagonal, costs[row - columns + j]! + 1, costs[row + j - 1]! + 1);
    }
  }
  return costs;
}
