import { Plugin, type Command } from '@oclif/core';
import path from 'node:path';
import { expect, it } from 'vitest';

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

const argument = ({ name, required }: Command.Arg.Cached): string => `${name.toUpperCase()}${required ? '' : '?'}`;

function flag(f: Command.Flag.Cached): string {
  if (f.type === 'boolean') return `--${f.name}`;
  const standard = typeof f.default === 'string' || typeof f.default === 'number' ? ` = ${f.default}` : '';
  return `--${f.name} ${f.options ? f.options.join('|') : '…'}${standard}`;
}
