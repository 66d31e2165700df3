/** The letters that scoring tools use. */
export type Edit = 'equal' | 'substitute' | 'delete' | 'insert';

/** What each edit costs, and which one is taken where several are cheapest. The way is walked from the end. */
export interface Costs {
  substitute: number;
  delete: number;
  insert: number;
  prefer: readonly Edit[];
}

/**
 * Levenshtein 1966; ties as rapidfuzz breaks them, so that the split into substitutions, deletions and insertions is
 * jiwer's too.
 */
export const UNIT_COSTS: Costs = {
  substitute: 1,
  delete: 1,
  insert: 1,
  prefer: ['delete', 'substitute', 'insert', 'equal'],
};

/**
 * What sclite aligns by (NIST SCTK): three deletions and insertions cost less than three substitutions where that keeps
 * more words right.
 */
export const SCLITE_COSTS: Costs = {
  substitute: 4,
  delete: 3,
  insert: 3,
  prefer: ['equal', 'substitute', 'insert', 'delete'],
};

/** Numbers of the edits, in the order of `EDITS`. */
export const [EQUAL, SUBSTITUTE, DELETE, INSERT] = [0, 1, 2, 3] as const;
export const EDITS: readonly Edit[] = ['equal', 'substitute', 'delete', 'insert'];
