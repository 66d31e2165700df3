import { Parser, Plugin } from '@oclif/core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

/** What these tests know of a container, whoever describes it. */
export interface Container {
  command?: string[] | string;
  args?: string[];
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

export type Yaml = { kind?: string; spec?: { template?: { spec: { containers: Container[] } } } } & Record<
  string,
  unknown
>;

/** The documents of a YAML file. @throws when it is none */
export function yamlIn(file: string): Yaml[] {
  return parseAllDocuments(readFileSync(file, 'utf8'), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Yaml;
  });
}

export const containersOf = (documents: readonly Yaml[]): Container[] =>
  documents.flatMap(({ spec }) => spec?.template?.spec.containers ?? []);

/** The isogloss command lines in some shell text, as words; of variables and what is in them a word each. */
export const commandLines = (shell: string): string[][] =>
  [...shell.replace(/\\\n\s*/g, '').matchAll(/^\s*isogloss ([^|&;#\n]+)/gm)].map(([, line]) => words(line!));

/** What stands between spaces, and between quotes. */
export const words = (line: string): string[] =>
  [...line.trim().matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ''));

let plugin: Plugin | undefined;

/** Reads a command line as isogloss does. @throws when there is no such command, flag or argument */
export async function parse(line: readonly string[]): Promise<{ flags: Record<string, unknown> }> {
  if (!plugin) {
    plugin = new Plugin({ root: path.resolve('.'), type: 'core', ignoreManifest: true });
    await plugin.load();
  }
  // Of a topic, or by itself.
  const words = plugin.commandIDs.includes(line.slice(0, 2).join(':')) ? 2 : 1;
  const [id, argv] = [line.slice(0, words).join(':'), line.slice(words)];
  const command = await plugin.findCommand(id, { must: true });
  const { args, flags, baseFlags, strict } = command;
  return Parser.parse(argv, { args, flags: { ...baseFlags, ...flags }, strict: strict !== false });
}
