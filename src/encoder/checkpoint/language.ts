import { existsSync } from 'node:fs';
import { InputError } from '../../support/errors.ts';

/** A model's name, and the language whose adapters are wanted: `facebook/mms-1b-all:swh`. */
export interface NamedLanguage {
  model: string;
  language?: string;
}

/** A path that is there is taken as it stands. */
export function withoutLanguage(name: string): NamedLanguage {
  const [, model, language] = /^(.{2,}):([a-z]{2,3}(?:[-_][\w-]+)?)$/i.exec(name) ?? [];
  return model === undefined || language === undefined || existsSync(name) ? { model: name } : { model, language };
}

const ADAPTER = /^adapter\.(.+)\.safetensors$/;
const MOST_NAMED = 20;

/**
 * The file of a language's adapters, as MMS has one a language (Pratap et al. 2023).
 * @param names of the files of a repository or folder
 * @throws InputError naming languages that are there
 */
export function adapterFile(names: readonly string[], language: string, where: string): string {
  const wanted = `adapter.${language}.safetensors`;
  if (names.includes(wanted)) return wanted;
  const there = names.flatMap((name) => ADAPTER.exec(name)?.[1] ?? []).sort();
  if (there.length === 0) throw new InputError(`${where} has no adapters for languages`, `Leave out \`:${language}\`.`);
  const like = there.filter((code) => code.startsWith(language.slice(0, 2)));
  const shown = (like.length > 0 ? like : there).slice(0, MOST_NAMED).join(', ');
  throw new InputError(
    `${where} has no adapters for the language ${language}`,
    `It has ${there.length}${like.length > 0 ? `, like` : ', e.g.'} ${shown}: mostly ISO 639-3.`,
  );
}
