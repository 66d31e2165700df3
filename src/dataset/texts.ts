import { manifestPath, readManifest } from '../corpus/manifest.ts';
import type { Utterance } from '../corpus/utterance.ts';
import type { Recipe } from '../recipe/schema.ts';
import { prefetch } from '../support/prefetch.ts';
import type { Place, SetAside } from '../support/errors.ts';
import { ApostropheReader, type ApostropheUse } from '../text/apostrophe.ts';
import { countTokens, type TokenCount } from '../text/inventory.ts';
import { ExcludedText, normalise } from '../text/normalise.ts';
import { phonesOf } from '../text/phonemise.ts';
import { RemovedSigns, type RemovedSign } from '../text/removed-signs.ts';
import type { TextRules } from '../text/rules.ts';
import { phonesToTokens, textToTokens } from '../text/targets.ts';

export interface CorpusFolder {
  name: string;
  folder: string;
}

/** An utterance and what the head is to write for it. */
export interface TextItem {
  utterance: Utterance;
  folder: string;
  text: string;
  tokens: string[];
}

/** What became of the transcripts: what normalisation took out, and what is left. */
export interface TextSummary {
  /** The recipe's, `apostrophe: auto` decided where the texts decide it. */
  rules: TextRules;
  /** How words that begin with an apostrophe were read; none where there are none, or the recipe says it. */
  apostrophe?: ApostropheUse;
  /** The most frequent first. */
  removed: RemovedSign[];
  /** All graphemes, or phones, the most frequent first. */
  inventory: TokenCount[];
}

/**
 * The manifests' texts as the recipe has them. What can't be used is set aside with the reason.
 * @throws InputError for a bad manifest, or a text that the recipe's rules refuse
 */
export async function normalisedTexts(
  recipe: Recipe,
  places: readonly CorpusFolder[],
  setAside: SetAside[],
): Promise<{ items: TextItem[]; summary: TextSummary }> {
  const { rules, apostrophe } = await decidedRules(recipe, places);
  const removed = new RemovedSigns();
  const items: TextItem[] = [];
  for (const { name, folder } of places)
    // Several at once: phones may need a process each.
    for await (const { item, result } of prefetch(readManifest(folder), 4, ({ utterance, line }) =>
      tokensOf(utterance, recipe, rules, { file: manifestPath(folder), line }, removed),
    )) {
      // Ids are unique in a manifest; over several corpora the corpus's name makes them so.
      const utterance = places.length > 1 ? { ...item.utterance, id: `${name}/${item.utterance.id}` } : item.utterance;
      const place = { file: manifestPath(folder), line: item.line };
      if (result instanceof ExcludedText)
        setAside.push({ item: utterance.id, reason: result.message, code: 'excluded-text', place });
      else if (result.tokens.length === 0)
        setAside.push({ item: utterance.id, reason: 'no text is left after normalisation', code: 'no-text', place });
      else items.push({ utterance, folder, ...result });
    }
  const inventory = countTokens(items.map(({ tokens }) => tokens));
  return { items, summary: { rules, ...(apostrophe ? { apostrophe } : {}), removed: removed.list, inventory } };
}

/** The recipe's rules; whether a word's first apostrophe is a letter is seen from all texts. */
async function decidedRules(
  recipe: Recipe,
  places: readonly CorpusFolder[],
): Promise<{ rules: TextRules; apostrophe?: ApostropheUse }> {
  const { case: letters, punctuation, brackets, digits, apostrophe: written, map, mapping, keep, drop } = recipe.text;
  const rules: TextRules = {
    ...{ language: recipe.language, case: letters, punctuation, brackets, digits, apostrophe: written },
    ...{ map, mapping, keep, drop },
  };
  if (recipe.text.unit === 'phones' || rules.apostrophe !== 'auto' || rules.punctuation === 'keep') return { rules };
  const reader = new ApostropheReader();
  for (const { folder } of places) for await (const { utterance } of readManifest(folder)) reader.add(utterance.text);
  const apostrophe = reader.use;
  if (!apostrophe) return { rules };
  return { rules: apostrophe.reading === 'letter' ? { ...rules, apostrophe: 'letter' } : rules, apostrophe };
}

async function tokensOf(
  utterance: Utterance,
  recipe: Recipe,
  rules: TextRules,
  place: Place,
  removed: RemovedSigns,
): Promise<Pick<TextItem, 'text' | 'tokens'> | ExcludedText> {
  try {
    if (recipe.text.unit === 'phones') {
      const tokens = phonesToTokens(await phonesOf(utterance, place, recipe.language));
      return { text: tokens.join(''), tokens };
    }
    const text = normalise(utterance.text, rules, place, removed);
    return { text, tokens: textToTokens(text, recipe.text.profile) };
  } catch (error) {
    if (error instanceof ExcludedText) return error;
    throw error;
  }
}
