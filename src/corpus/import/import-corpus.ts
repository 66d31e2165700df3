import { InputError } from '../../support/errors.ts';
import type { Question } from '../importers/importer.ts';
import { lookInto, type ImportPlan, type LookOptions } from './import.ts';
import { writeCorpus, type ImportResult } from './write-corpus.ts';

export interface ImportCorpusOptions extends LookOptions {
  /** Told what was found, before anything is written. */
  onPlan?: (plan: ImportPlan) => void;
  /** Gives the number of a question's choice, from 0; without it a question is an error that names the choices. */
  answer?: ((question: Question) => Promise<number>) | undefined;
}

/**
 * Makes a corpus of a folder of transcribed recordings: looks what is in it, asks what it can't know, and writes
 * `corpora/NAME/manifest.jsonl`. Recordings stay where they are, and nothing in the folder is changed.
 * @throws InputError where there is nothing to import, or something must be said that nobody is there to say
 * @example
 * const { result } = await importCorpus('fieldwork/abui', { tiers: ['tx@*'], name: 'abui-2024' });
 * console.log(result.utterances, result.missing);
 */
export async function importCorpus(
  place: string,
  options: ImportCorpusOptions = {},
): Promise<{ plan: ImportPlan; result: ImportResult }> {
  const { onPlan, answer = refuse, ...given } = options;
  const { progress, signal } = given;
  let plan = await lookInto(place, given);
  onPlan?.(plan);
  while (plan.question) {
    const chosen = plan.question.choices[await answer(plan.question)]!;
    plan = await lookInto(place, { ...given, ...plan.options, ...chosen.options });
  }
  return { plan, result: await writeCorpus(plan, { progress, signal }) };
}

function refuse({ what, choices }: Question): never {
  const flags = choices.map(({ flag, label }) => `      ${flag}   ${label}`);
  throw new InputError(what, `Say it with one of these:\n${flags.join('\n')}`);
}
