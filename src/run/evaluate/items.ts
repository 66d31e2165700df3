import type { AudioCache } from '../../audio/cache.ts';
import { audioPath } from '../../corpus/manifest.ts';
import { openCorpora } from '../../dataset/corpora.ts';
import { decodeAll } from '../../dataset/decode-items.ts';
import type { Item } from '../../dataset/prepare.ts';
import { normalisedTexts, type TextItem } from '../../dataset/texts.ts';
import type { Model } from '../../model/model.ts';
import { recipeSchema, type Recipe } from '../../recipe/schema.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { notice } from '../../support/notices.ts';
import type { Progress } from '../../support/progress.ts';

/** Parts of a corpus as its publisher has divided it; `all` is every utterance. */
export const EVALUATED_PARTS = ['test', 'dev', 'train', 'all'] as const;
export type EvaluatedPart = (typeof EVALUATED_PARTS)[number];

/** What a model is tried on. */
export interface CorpusItems {
  /** The model's text rules, as a recipe has them. */
  recipe: Recipe;
  part: EvaluatedPart;
  items: Item[];
  setAside: SetAside[];
  read: (item: Item) => Promise<Float32Array>;
}

/**
 * A corpus's recordings, and its texts by a model's own rules.
 * @param wanted `test` if not said; all of a corpus that its publisher hasn't divided
 * @throws InputError for a bad corpus, or a part that it hasn't
 */
export async function itemsFor(
  model: Model,
  corpus: string,
  wanted: EvaluatedPart | undefined,
  { cache, progress, signal }: { cache: AudioCache; progress: Progress; signal?: AbortSignal | undefined },
): Promise<CorpusItems> {
  const recipe = recipeOf(model, corpus);
  const setAside: SetAside[] = [];
  const places = await openCorpora(recipe, { progress, signal });
  const { items: texts } = await normalisedTexts(recipe, places, setAside);
  const divided = texts.some(({ utterance }) => utterance.split !== undefined);
  const part = wanted ?? (divided ? 'test' : 'all');
  const chosen = part === 'all' ? texts : texts.filter(({ utterance }) => utterance.split === part);
  if (chosen.length === 0) throw noneLeft(corpus, part, divided, setAside);
  tellOfDigits(model, recipe, chosen);
  const decoded = await decodeAll(chosen, cache, setAside, { progress, signal });
  return {
    recipe,
    part,
    items: decoded.map((item) => ({ ...item, target: model.vocabulary.encode(item.tokens).ids })),
    setAside,
    read: (item) => cache.read(audioPath(item.folder, item.utterance), item.utterance),
  };
}

/**
 * A model that was published without text rules has the usual ones. Where they refuse digits, there is no recipe here
 * to say what is to become of them: they stay.
 */
function recipeOf({ about }: Model, corpus: string): Recipe {
  const language = about.language === '' ? 'mul' : about.language;
  const recipe = recipeSchema.parse({ name: 'evaluate', language, corpus, text: about.text });
  return recipe.text.digits === 'error' ? { ...recipe, text: { ...recipe.text, digits: 'keep' } } : recipe;
}

/** Says how many texts have digits that the model can't write. */
function tellOfDigits({ about, vocabulary }: Model, { corpus, text }: Recipe, items: readonly TextItem[]): void {
  if (text.unit === 'phones' || text.digits !== 'keep') return;
  const isDigit = (token: string): boolean => /\p{N}/u.test(token);
  const count = items.filter(({ tokens }) => vocabulary.encode(tokens).unknown.some(isDigit)).length;
  if (count > 0)
    notice(
      `${count} of ${items.length} utterances of ${[corpus].flat().join(', ')} have digits, which ${about.name} ` +
        'can’t write: they count as errors. To compare what was said, write the numbers out in the transcripts.',
    );
}

function noneLeft(corpus: string, part: EvaluatedPart, divided: boolean, setAside: readonly SetAside[]): InputError {
  if (part === 'all')
    return new InputError(
      `no utterance of ${corpus} can be used${setAside[0] ? `: ${setAside[0].item}: ${setAside[0].reason}` : ''}`,
      'isogloss corpus audit says what is wrong with it.',
    );
  return new InputError(
    divided ? `${corpus} has no ${part} part` : `${corpus} is not divided into parts`,
    'Name another part with --split, or --split all for every utterance; isogloss corpus split divides a corpus.',
  );
}
