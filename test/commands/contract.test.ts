import { Plugin, type Command } from '@oclif/core';
import { metrics, outputs } from 'isogloss/json';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { scores } from '../../src/json/scores.ts';
import { setAside } from '../../src/json/shared.ts';
import { textSummary } from '../../src/json/text.ts';
import { recipeSchema } from '../../src/recipe/schema.ts';
import { shapeOf, type JsonSchema } from './shape.ts';

/** What scripts are written against: a change here is seen, and belongs into CHANGELOG.md. */
it('flags and arguments of every command are those that are promised', async () => {
  const plugin = new Plugin({ root: path.resolve('.'), type: 'core', ignoreManifest: true });
  await plugin.load();
  const promised = plugin.commands
    .map(({ id, args, flags }) => [id, ...Object.values(args).map(argument), ...Object.values(flags).map(flag).sort()])
    .map(([id, ...rest]) => `${id}\n${rest.map((line) => `  ${line}`).join('\n')}`)
    .sort()
    .join('\n');
  await expect(`${promised}\n`).toMatchFileSnapshot('contract.txt');
});

it('so is what every command prints with --json', async () => {
  const shapes = Object.entries({ ...parts, ...outputs }).map(
    ([name, schema]) => `${name}\n${shapeOf(jsonSchemaOf(schema), '  ')}`,
  );
  await expect(`${shapes.join('\n')}\n`).toMatchFileSnapshot('json.txt');
});

/** Shown once; a recipe has a contract of its own, recipes/recipe.schema.json. */
const parts = { SetAside: setAside, Scores: scores, Metrics: metrics, Text: textSummary };
const names = new Map<unknown, string>([
  [recipeSchema, 'Recipe'],
  ...Object.entries(parts).map(([name, schema]) => [schema, name] as const),
]);

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const name = names.get(zodSchema);
      if (name !== undefined && (zodSchema as unknown) !== schema)
        Object.assign(jsonSchema, { type: name, properties: undefined });
    },
  }) as JsonSchema;
}

const argument = ({ name, required }: Command.Arg.Cached): string => `${name.toUpperCase()}${required ? '' : '?'}`;

function flag(f: Command.Flag.Cached): string {
  if (f.type === 'boolean') return `--${f.name}`;
  const standard = typeof f.default === 'string' || typeof f.default === 'number' ? ` = ${f.default}` : '';
  return `--${f.name} ${f.options ? f.options.join('|') : '…'}${standard}`;
}
