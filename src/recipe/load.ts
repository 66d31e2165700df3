import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { z } from 'zod';
import { editDistance } from '../support/edit-distance.ts';
import { InputError } from '../support/errors.ts';
import { readText, sha256 } from '../support/files.ts';
import { breadthOf } from './trainable-part.ts';
import { withProfile } from './profile.ts';
import { recipeSchema, type Recipe } from './schema.ts';

const HELP = 'docs/recipes.md lists every field.';

/**
 * Reads and checks a recipe.
 * @throws InputError with file and line: what is wrong there, and what is allowed
 */
export async function loadRecipe(file: string): Promise<Recipe> {
  const lines = new LineCounter();
  const document = parseDocument(await readText(file), { lineCounter: lines, customTags: [] });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem)
    throw new InputError(firstLine(problem.message), `Mend the YAML. ${HELP}`, { file, line: lineAt(problem.pos[0]) });
  refuseTags(document, file, lineAt);
  renameOldKeys(document);
  const parsed = recipeSchema.safeParse(document.toJS());
  if (parsed.success) {
    const recipe = await withProfile(parsed.data, file);
    refuseNonsense(recipe, document, file, lineAt);
    return recipe;
  }
  const { message, path } = plain(parsed.error.issues[0]!, document);
  throw new InputError(message, HELP, { file, ...lineOf(document, path, lineAt) });
}

/** The recipe's hash: of its content with all defaults, so that comments and order don't matter. */
export function recipeHash(recipe: Recipe): string {
  return sha256(JSON.stringify(sortedKeys(recipe)));
}

/** A tag can make a value something other than it looks; nothing in a recipe needs one. */
function refuseTags(document: Document.Parsed, file: string, lineAt: (offset: number) => number): void {
  visit(document, {
    Node(_, node) {
      if (node.tag && !node.tag.startsWith('tag:yaml.org,2002:'))
        throw new InputError(`the YAML tag ${node.tag} is not allowed`, `Write the plain value. ${HELP}`, {
          file,
          line: lineAt(node.range?.[0] ?? 0),
        });
    },
  });
}

/** Fields that had another name in earlier versions, where they stand: recipes of then keep working. */
const OLD_KEYS: readonly { at: readonly string[]; old: string; now: string }[] = [
  { at: ['training'], old: 'stay_near', now: 'l2_sp' },
];

function renameOldKeys(document: Document.Parsed): void {
  for (const { at, old, now } of OLD_KEYS) {
    const map = document.getIn(at);
    if (!isMap(map) || map.has(now)) continue;
    for (const { key } of map.items) if (isScalar(key) && key.value === old) key.value = now;
  }
}

/** Fields that are right one by one and wrong together. */
function refuseNonsense(
  recipe: Recipe,
  document: Document.Parsed,
  file: string,
  lineAt: (offset: number) => number,
): void {
  const refuse = (path: string[], what: string, next: string): never => {
    throw new InputError(`${path.join('.')}: ${what}`, next, { file, ...lineOf(document, path, lineAt) });
  };
  const isNew = recipe.encoder.model === 'new';
  const stages = recipe.stages ?? [{ train: recipe.train }];
  const everything = stages.every((stage) => stage.train === 'all');
  if (isNew && !everything)
    refuse(['encoder', 'model'], 'a new encoder has to be trained', 'Set `train: all` beside `encoder.model: new`.');
  if (recipe.stages && recipe.train !== 'head')
    refuse(['train'], 'stages say what is trained', 'Remove it, or remove `stages`.');
  if (stages.some((stage, i) => i > 0 && breadthOf(stage.train) < breadthOf(stages[i - 1]!.train)))
    refuse(
      ['stages'],
      'a stage freezes again what the one before it has trained',
      'Order them from `head` to `top: N` to `all`.',
    );
  if (
    stages.some((stage) => stage.train === 'adapters') &&
    stages.some((stage) => breadthOf(stage.train) > 0 && stage.train !== 'adapters')
  )
    refuse(
      ['stages'],
      'adapters stand on an encoder that stays as it is',
      'Use either adapters, or `top: N` and `all`.',
    );
  if (recipe.start !== undefined && document.has('head'))
    refuse(['head'], 'the head comes from the model that `start` names', 'Remove it.');
  if (recipe.start !== undefined && document.has('encoder'))
    refuse(['encoder'], 'the encoder comes from the model that `start` names', 'Remove it.');
  if (recipe.encoder.freeze !== 'nothing' && !stages.some((stage) => stage.train === 'all'))
    refuse(['encoder', 'freeze'], 'only `train: all` trains what it would freeze', 'Remove it, or set `train: all`.');
  const noRepository = /^(embedded|embedded-small|random|new)$|\.onnx$/.test(recipe.encoder.model);
  // Of a trained encoder of its own, isogloss makes q8 itself.
  const rounds = recipe.encoder.dtype === 'q8' && /^embedded(-small)?$|\.onnx$/.test(recipe.encoder.model);
  for (const field of ['revision', 'dtype'] as const)
    if (noRepository && recipe.encoder[field] !== undefined && !(field === 'dtype' && rounds))
      refuse(
        ['encoder', field],
        'only a repository on the Hugging Face Hub, or a folder in its layout, has several to choose from',
        'Remove it.',
      );
  if (rounds && stages.some((stage) => stage.train !== 'head'))
    refuse(['encoder', 'dtype'], 'weights that are rounded to 8 bits can’t learn', 'Remove it, or set `train: head`.');
  if (recipe.encoder.architecture && !isNew)
    refuse(
      ['encoder', 'architecture'],
      'only a new encoder has an architecture to choose',
      'Remove it, or set `encoder.model: new`.',
    );
  if (recipe.training.augment && !everything)
    refuse(
      ['training', 'augment'],
      'features of a frozen encoder are computed once, so the sound can’t be changed from epoch to epoch',
      'Remove it.',
    );
}

type Issue = z.core.$ZodIssue;

function plain(issue: Issue, document: Document.Parsed): { message: string; path: PropertyKey[] } {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = knownKeys(issue.path);
    const near = nearest(key, known);
    return {
      message: `unknown key ${[...issue.path, key].join('.')}${near ? ` (${near}?)` : ''}; allowed here: ${known.join(', ')}`,
      path: [...issue.path, key],
    };
  }
  const missing = issue.code === 'invalid_type' && document.getIn(issue.path as string[]) === undefined;
  const where = issue.path.join('.') || 'the recipe';
  if (missing) return { message: `${where} is missing`, path: issue.path.slice(0, -1) };
  const message = issue.message.replace(/^Invalid (input|option): /, '');
  return { message: `${where}: ${message}`, path: issue.path };
}

/** The keys that the schema has at a path. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let node: unknown = recipeSchema;
  for (const key of path) node = unwrapped(node)?.[String(key)];
  return Object.keys(unwrapped(node) ?? {});
}

function unwrapped(node: unknown): Record<string, unknown> | undefined {
  let current = node as { shape?: Record<string, unknown>; def?: { innerType?: unknown } } | undefined;
  while (current && !current.shape) current = current.def?.innerType as typeof current;
  return current?.shape;
}

function nearest(word: string, among: readonly string[]): string | undefined {
  const [best] = among.map((name) => ({ name, d: editDistance(word, name) })).sort((a, b) => a.d - b.d);
  return best && best.d <= Math.max(2, word.length / 3) ? best.name : undefined;
}

/** The line of a key, or of the nearest thing around it that is there. */
function lineOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  lineAt: (offset: number) => number,
): { line?: number } {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    if (!isMap(parent)) continue;
    const pair = parent.items.find((item) => isNode(item.key) && String(item.key) === String(path[depth - 1]));
    if (pair && isNode(pair.key) && pair.key.range) return { line: lineAt(pair.key.range[0]) };
  }
  return { line: 1 };
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortedKeys(inner)]),
  );
}

const firstLine = (text: string): string => text.split('\n')[0]!;
