import { isMap, isScalar, isSeq, parseDocument, stringify, type Node } from 'yaml';
import { InputError } from '../../support/errors.ts';

/** Values of one field that are to be tried. */
export interface Swept {
  field: string;
  /** As YAML has them. */
  values: string[];
}

/**
 * Reads `head.dims=128,256` or `train=head,{ top: 2 }`: the values with commas between them, as in a YAML list.
 * @throws InputError when it is none
 */
export function readSweep(text: string): Swept {
  const [, field, list] = /^([a-z_]+(?:\.[^.=\s]+)*)=([^]*)$/.exec(text) ?? [];
  const { contents, errors } = parseDocument(`[${list ?? ''}]`);
  if (field === undefined || errors.length > 0 || !isSeq(contents) || contents.items.length === 0)
    throw new InputError(
      `“${text}” names no field with values to try`,
      'Write --sweep head.dims=128,256, values with commas between them.',
    );
  return { field, values: contents.items.map((item) => inLine(item as Node)) };
}

function inLine(node: Node): string {
  if (isScalar(node) && node.source !== undefined && node.type === 'PLAIN') return node.source;
  if (isMap(node) || isSeq(node)) return JSON.stringify(node.toJSON());
  return stringify(node.toJSON()).trim();
}

/**
 * All combinations of the values of several fields, the last field changing fastest: each as settings beside a recipe.
 * @throws InputError for a field that is swept twice
 * @example gridOf([{ field: 'seed', values: ['1', '2'] }]) // [['seed=1'], ['seed=2']]
 */
export function gridOf(swept: readonly Swept[]): string[][] {
  const twice = swept.find(({ field }, i) => swept.some((other, j) => j < i && other.field === field));
  if (twice) throw new InputError(`${twice.field} is swept twice`, 'Name all its values in one --sweep.');
  return swept.reduce<string[][]>(
    (grid, { field, values }) => grid.flatMap((row) => values.map((value) => [...row, `${field}=${value}`])),
    [[]],
  );
}
