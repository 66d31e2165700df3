import { Aligner } from './aligner.ts';
import { DELETE, EDITS, INSERT, SUBSTITUTE, UNIT_COSTS, type Costs, type Edit } from './costs.ts';
import { Ids, Interner } from './ids.ts';

export type { Edit } from './costs.ts';

/** One step of an alignment. */
export interface Step {
  edit: Edit;
  /** Indices, −1 where that side has nothing. */
  reference: number;
  hypothesis: number;
}

/** The cheapest way from a reference to a hypothesis. Kept as a byte an edit: a test set has millions. */
export class Alignment {
  readonly substitutions: number = 0;
  readonly deletions: number = 0;
  readonly insertions: number = 0;
  /** In order, as numbers: see `EDITS`. */
  readonly edits: Uint8Array;

  constructor(edits: Uint8Array) {
    this.edits = edits;
    for (let i = 0; i < edits.length; i++) {
      const edit = edits[i]!;
      if (edit === SUBSTITUTE) this.substitutions++;
      else if (edit === DELETE) this.deletions++;
      else if (edit === INSERT) this.insertions++;
    }
  }

  /** Tokens that are right. */
  get hits(): number {
    return this.edits.length - this.substitutions - this.deletions - this.insertions;
  }

  get referenceLength(): number {
    return this.edits.length - this.insertions;
  }

  /** In order. Made anew at each call. */
  get steps(): Step[] {
    let [i, j] = [0, 0];
    return Array.from(this.edits, (edit) => ({
      edit: EDITS[edit]!,
      reference: edit === INSERT ? -1 : i++,
      hypothesis: edit === DELETE ? -1 : j++,
    }));
  }
}

const aligner = new Aligner();
const [from, to] = [new Ids(), new Ids()];

/**
 * The cheapest way from reference to hypothesis by edits of single tokens.
 * @param interner for many alignments of one vocabulary: numbering it once is faster
 * @throws InputError for sequences of tens of thousands of tokens with other costs than `UNIT_COSTS`
 */
export function alignTokens(
  reference: readonly string[],
  hypothesis: readonly string[],
  costs: Costs = UNIT_COSTS,
  interner = new Interner(),
): Alignment {
  interner.number(reference, from);
  interner.number(hypothesis, to);
  return alignIds(from, to, interner.size, costs);
}

/** The same for tokens that are numbered already. @param ids all are below it */
export const alignIds = (reference: Ids, hypothesis: Ids, ids: number, costs: Costs): Alignment =>
  new Alignment(aligner.align(reference, hypothesis, ids, costs));

/** One more than the last code point. */
const CODE_POINTS = 0x110000;

/** How many edits of single code points lead from one text to the other. */
export function codePointErrors(reference: string, hypothesis: string): { errors: number; total: number } {
  from.setCodePoints(reference);
  return {
    errors: reference === hypothesis ? 0 : aligner.distance(from, to.setCodePoints(hypothesis), CODE_POINTS),
    total: from.length,
  };
}
