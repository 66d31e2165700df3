import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { Document, isMap, isNode, isScalar, visit } from 'yaml';
import { InputError, type Place } from '../support/errors.ts';
import { docsPage } from '../support/package.ts';
import { parseYaml, readYaml, type YamlFile } from '../support/yaml.ts';

/** A part of a recipe: a file, or a field that was set beside it. */
export interface Layer {
  document: Document;
  /** Where a field of it stands. */
  placeOf: (field: readonly PropertyKey[]) => Place;
  /** What names in it are relative to. */
  folder: string;
}

export const help = (): string => `${docsPage('recipes.md')} lists every field.`;

/**
 * A recipe's file, after those that it extends.
 * @throws InputError for broken YAML, a file that isn't there, or files that extend each other in a ring
 */
export async function readLayers(file: string, above: readonly string[] = []): Promise<Layer[]> {
  const { document, lineAt } = await readYaml(file, help());
  const layer = layerOf(document, lineAt, file);
  if (!isMap(document.contents) || !document.has('extends')) return [layer];
  const base = baseOf(document, file, layer.placeOf(['extends']), [...above, realpathSync(file)]);
  document.delete('extends');
  return [...(await readLayers(base, [...above, realpathSync(file)])), layer];
}

function baseOf(document: Document, file: string, place: Place, above: readonly string[]): string {
  const named: unknown = document.get('extends');
  if (typeof named !== 'string')
    throw new InputError('extends: expected the path of a recipe', 'Name one file, from this one’s folder.', place);
  const base = path.resolve(path.dirname(file), named);
  if (!existsSync(base))
    throw new InputError(`extends: there is no ${named}`, 'Name it by its path, from this file’s folder.', place);
  if (above.includes(realpathSync(base)))
    throw new InputError(
      `extends: ${[...above, realpathSync(base)].map((one) => path.basename(one)).join(' → ')} is a ring`,
      'Let one of them extend nothing.',
      place,
    );
  return base;
}

/**
 * A field that is set beside a recipe.
 * @param text `training.epochs=10`: a path of keys, and a value as YAML has it; none takes the field back to its
 *   default
 * @throws InputError when it is none
 * @example layerOfSetting('train={ top: 2 }')
 */
export function layerOfSetting(text: string): Layer {
  const match = /^([a-z_]+(?:\.[^.=\s]+)*)=([^]*)$/.exec(text);
  if (!match)
    throw new InputError(`“${text}” sets no field`, 'Write a field’s path and a value: --set training.epochs=10.');
  const { document, value } = parseYaml(match[2]!, `--set ${text}`, help());
  layerOf(document, () => 1, `--set ${text}`);
  const nested = match[1]!.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return { document: new Document(nested), placeOf: () => ({ file: `--set ${text}` }), folder: '.' };
}

/** Maps are merged, all else is replaced; null takes a field back to its default. */
export function merged(layers: readonly Layer[]): Document {
  const values: unknown[] = layers.map(({ document }) => document.toJS() as unknown);
  return new Document(values.reduce((base, over) => mergedValue(base, over)));
}

function mergedValue(base: unknown, over: unknown): unknown {
  if (!isPlain(over)) return over;
  const result = new Map(isPlain(base) ? Object.entries(base) : []);
  for (const [key, value] of Object.entries(over))
    if (value === null) result.delete(key);
    else result.set(key, mergedValue(result.get(key), value));
  return Object.fromEntries(result);
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The last layer that has a field, or the nearest thing around it. */
export function layerWith(layers: readonly Layer[], field: readonly PropertyKey[]): Layer {
  for (let depth = field.length; depth > 0; depth--) {
    const found = layers.findLast(({ document }) => document.hasIn(field.slice(0, depth)));
    if (found) return found;
  }
  return layers.at(-1)!;
}

function layerOf(document: Document, lineAt: YamlFile['lineAt'], file: string): Layer {
  const placeAt = (offset: number): Place => ({ file, line: lineAt(offset) });
  refuseTags(document, placeAt);
  renameOldKeys(document);
  return { document, placeOf: (field) => placeAt(offsetOf(document, field)), folder: path.dirname(file) };
}

/** A tag can make a value something other than it looks; nothing in a recipe needs one. */
function refuseTags(document: Document, placeAt: (offset: number) => Place): void {
  visit(document, {
    Pair(_, { key }) {
      // JavaScript's objects have it already: what reads them would pass it over.
      if (isScalar(key) && key.value === '__proto__')
        throw new InputError('__proto__ can’t be a key', `Write it otherwise. ${help()}`, placeAt(key.range?.[0] ?? 0));
    },
    Node(_, node) {
      if (node.tag && !node.tag.startsWith('tag:yaml.org,2002:'))
        throw new InputError(
          `the YAML tag ${node.tag} is not allowed`,
          `Write the plain value. ${help()}`,
          placeAt(node.range?.[0] ?? 0),
        );
    },
  });
}

/** Fields that had another name in earlier versions, where they stand: recipes of then keep working. */
const OLD_KEYS: readonly { at: readonly string[]; old: string; now: string }[] = [
  { at: ['training'], old: 'stay_near', now: 'l2_sp' },
];

export function renameOldKeys(document: Document): void {
  for (const { at, old, now } of OLD_KEYS) {
    const map = document.getIn(at);
    if (!isMap(map) || map.has(now)) continue;
    for (const { key } of map.items) if (isScalar(key) && key.value === old) key.value = now;
  }
}

/** Where a key begins, or the nearest thing around it that is there. */
function offsetOf(document: Document, field: readonly PropertyKey[]): number {
  for (let depth = field.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(field.slice(0, depth - 1), true);
    if (!isMap(parent)) continue;
    const pair = parent.items.find((item) => isNode(item.key) && String(item.key) === String(field[depth - 1]));
    if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
  }
  return 0;
}
