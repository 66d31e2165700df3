import path from 'node:path';
import { manifestPath, readManifest } from '../corpus/manifest.ts';
import { findCorpus } from '../corpus/source.ts';
import { writeNew } from '../support/files.ts';
import { ExcludedText, normalise } from '../text/normalise.ts';
import { profileTable, proposeProfile, type ProposedGrapheme } from '../text/propose-profile.ts';
import type { TextRules } from '../text/rules.ts';

export interface CorpusProfile {
  file: string;
  graphemes: ProposedGrapheme[];
  /** Utterances whose text says nothing after the rules, or has remarks in brackets. */
  passedOver: number;
}

export interface CorpusProfileOptions {
  /** BCP 47, for lower case; und, if absent. */
  language?: string | undefined;
  /** Whether the transcripts are in the International Phonetic Alphabet. */
  ipa?: boolean | undefined;
  /** Where it is written; profile.tsv in the corpus's folder, if absent. */
  output?: string | undefined;
}

/**
 * Proposes an orthography profile for a corpus and writes it as a table to be edited by a person who knows the
 * language. Never over one that was edited.
 * @param corpus a name in ./corpora, or a folder with a manifest.jsonl
 * @example const { graphemes } = await profileCorpus('mboshi', { language: 'mdw' });
 * @throws InputError when there is no such corpus, or the file is there and was edited
 */
export async function profileCorpus(
  corpus: string,
  { language = 'und', ipa = false, output }: CorpusProfileOptions = {},
): Promise<CorpusProfile> {
  const { folder } = findCorpus(corpus);
  const file = output ?? path.join(folder, 'profile.tsv');
  const rules: TextRules = {
    ...{ language, case: 'lower', punctuation: 'remove', brackets: 'remove', digits: 'keep', apostrophe: 'auto' },
    map: {},
  };
  const texts: { id: string; text: string; raw: string }[] = [];
  let passedOver = 0;
  for await (const { utterance, line } of readManifest(folder)) {
    const text = textOf(utterance.text, rules, { file: manifestPath(folder), line });
    if (text === '') passedOver++;
    else texts.push({ id: utterance.id, text, raw: utterance.text });
  }
  const graphemes = proposeProfile(texts, { ipa });
  await writeNew(file, profileTable(graphemes), 'there is a profile already, and it was edited');
  return { file, graphemes, passedOver };
}

function textOf(text: string, rules: TextRules, place: { file: string; line: number }): string {
  try {
    return normalise(text, rules, place);
  } catch (error) {
    if (error instanceof ExcludedText) return '';
    throw error;
  }
}
