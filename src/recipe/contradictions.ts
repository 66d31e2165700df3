import type { Document } from 'yaml';
import type { Recipe } from './schema.ts';
import { breadthOf } from './trainable-part.ts';

/** Fields that are right one by one and wrong together. */
export interface Contradiction {
  /** Where to look: the field that is to change. */
  path: readonly string[];
  what: string;
  next: string;
}

/**
 * The first thing in a recipe that contradicts another.
 * @param written the recipe as it was written: a field that was left to its default contradicts nothing
 */
export function findContradiction(recipe: Recipe, written: Document): Contradiction | undefined {
  for (const find of [inStages, inStart, inEncoder, inUntranscribed, inTraining]) {
    const found = find(recipe, written);
    if (found) return found;
  }
  return undefined;
}

const stagesOf = ({ stages, train }: Recipe): Pick<NonNullable<Recipe['stages']>[number], 'train'>[] =>
  stages ?? [{ train }];

const trainsEverything = (recipe: Recipe): boolean => stagesOf(recipe).every(({ train }) => train === 'all');

function inStages(recipe: Recipe): Contradiction | undefined {
  const stages = stagesOf(recipe);
  if (recipe.encoder.model === 'new' && !trainsEverything(recipe))
    return {
      path: ['encoder', 'model'],
      what: 'a new encoder has to be trained',
      next: 'Set `train: all` beside `encoder.model: new`.',
    };
  if (recipe.stages && recipe.train !== 'head')
    return { path: ['train'], what: 'stages say what is trained', next: 'Remove it, or remove `stages`.' };
  if (stages.some(({ train }, i) => i > 0 && breadthOf(train) < breadthOf(stages[i - 1]!.train)))
    return {
      path: ['stages'],
      what: 'a stage freezes again what the one before it has trained',
      next: 'Order them from `head` to `top: N` to `all`.',
    };
  const adapters = stages.some(({ train }) => train === 'adapters');
  if (adapters && stages.some(({ train }) => breadthOf(train) > 0 && train !== 'adapters'))
    return {
      path: ['stages'],
      what: 'adapters stand on an encoder that stays as it is',
      next: 'Use either adapters, or `top: N` and `all`.',
    };
  return undefined;
}

function inStart({ start }: Recipe, written: Document): Contradiction | undefined {
  if (start === undefined) return undefined;
  const field = ['head', 'encoder'].find((name) => written.has(name));
  if (field === undefined) return undefined;
  return { path: [field], what: `the ${field} comes from the model that \`start\` names`, next: 'Remove it.' };
}

function inEncoder(recipe: Recipe): Contradiction | undefined {
  const { model, dtype, freeze, silence, architecture } = recipe.encoder;
  const stages = stagesOf(recipe);
  if (freeze !== 'nothing' && !stages.some(({ train }) => train === 'all'))
    return {
      path: ['encoder', 'freeze'],
      what: 'only `train: all` trains what it would freeze',
      next: 'Remove it, or set `train: all`.',
    };
  // Of a trained encoder of its own, isogloss makes q8 itself.
  const rounds = dtype === 'q8' && /^embedded(-small)?$|\.onnx$/.test(model);
  const surplus = surplusChoice(recipe, rounds);
  if (surplus !== undefined)
    return {
      path: ['encoder', surplus],
      what: 'only a repository on the Hugging Face Hub, or a folder in its layout, has several to choose from',
      next: 'Remove it.',
    };
  if (rounds && stages.some(({ train }) => train !== 'head'))
    return {
      path: ['encoder', 'dtype'],
      what: 'weights that are rounded to 8 bits can’t learn',
      next: 'Remove it, or set `train: head`.',
    };
  if (silence && stages.some(({ train }) => train !== 'head'))
    return {
      path: ['encoder', 'silence'],
      what: 'blocks learn from the recordings alone, without silence behind them',
      next: 'Remove it, or set `train: head`.',
    };
  if (architecture && model !== 'new')
    return {
      path: ['encoder', 'architecture'],
      what: 'only a new encoder has an architecture to choose',
      next: 'Remove it, or set `encoder.model: new`.',
    };
  return undefined;
}

/** A choice among files, where the encoder is one file. */
function surplusChoice({ encoder }: Recipe, rounds: boolean): 'revision' | 'dtype' | undefined {
  if (!/^(embedded|embedded-small|random|new)$|\.onnx$/.test(encoder.model)) return undefined;
  if (encoder.revision !== undefined) return 'revision';
  return encoder.dtype !== undefined && !rounds ? 'dtype' : undefined;
}

function inUntranscribed({ untranscribed, self_training, text }: Recipe): Contradiction | undefined {
  if (untranscribed !== undefined && text.unit === 'phones')
    return {
      path: ['untranscribed'],
      what: 'phones make no words that a model could be sure of',
      next: 'Remove it, or set `text.unit: graphemes`.',
    };
  if (untranscribed === undefined && self_training)
    return {
      path: ['self_training'],
      what: 'there is no speech to learn from by itself',
      next: 'Set `untranscribed`.',
    };
  return undefined;
}

function inTraining(recipe: Recipe): Contradiction | undefined {
  const { augment, copies, joined } = recipe.training;
  const everything = trainsEverything(recipe);
  if (joined !== undefined && everything)
    return {
      path: ['training', 'joined'],
      what: 'utterances are only joined for an encoder that is frozen, at least in its lower part',
      next: 'Remove it.',
    };
  if (copies !== undefined && (everything || !augment))
    return {
      path: ['training', 'copies'],
      what: everything
        ? 'what trains from the sound up hears it changed anew in each epoch'
        : 'nothing says how copies are changed',
      next: everything ? 'Remove it.' : 'Set `training.augment`, e.g. to {}.',
    };
  if (!augment || everything || copies !== undefined) return undefined;
  return {
    path: ['training', 'augment'],
    what: 'features of a frozen encoder are computed once, so the sound can’t be changed from epoch to epoch',
    next: 'Set `training.copies` to how many changed copies of each recording it is to hear, or remove it.',
  };
}
