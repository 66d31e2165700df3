import type { About } from '../model/about.ts';
import { TRAINED_ON } from '../model/origin.ts';
import type { ModelParts } from '../model/parts.ts';
import type { Weights } from '../onnx/training/engine.ts';
import { sha256 } from '../support/files.ts';
import type { Recipe } from '../recipe/schema.ts';
import { learntPhones } from './known-phones.ts';
import type { Prepared } from '../dataset/prepare.ts';
import type { Stage } from './stages.ts';
import { isAdapter, isHead, type Shape } from './trainable.ts';
import type { Pretrained } from './pretrained.ts';

/** The model that a run's stages have made. The encoder's file is made anew only where its own weights have changed. */
export function trainedParts(
  recipe: Recipe,
  start: Pretrained,
  shape: Pick<Shape, 'head' | 'layers'>,
  stages: readonly Stage[],
  weights: Weights,
  { train, vocabulary, text }: Pick<Prepared, 'train' | 'vocabulary' | 'text'>,
): ModelParts {
  const changed =
    !start.encoder || stages.some(({ trainable }) => trainable === 'all' || typeof trainable === 'object');
  const learnt = changed && start.own ? learntPhones(recipe, shape, weights, train, vocabulary) : undefined;
  const own = new Map([
    ...[...weights].filter(([name]) => !isHead(name) && !isAdapter(name)),
    ...(learnt?.weights ?? []),
  ]);
  const encoder = changed
    ? start.encode(own, { metadata: { 'isogloss.recipe': recipe.name }, ...(learnt ? { phones: learnt.phones } : {}) })
    : start.encoder!;
  const adapters =
    start.adapters ?? (stages.some(({ trainable }) => trainable === 'adapters') ? recipe.adapters : undefined);
  const about: About = {
    format: 'isogloss-model/1',
    name: recipe.name,
    language: recipe.language,
    encoder: {
      name: changed ? `${start.name}${TRAINED_ON}` : start.name,
      hash: sha256(encoder),
      ...(start.source?.commit === undefined ? {} : { commit: start.source.commit }),
      ...(start.preprocessor ? { preprocessor: start.preprocessor } : {}),
      ...(start.origin ? { origin: start.origin } : {}),
    },
    layers: [...shape.layers],
    head: shape.head,
    ...(adapters ? { adapters } : {}),
    text: { ...recipe.text, apostrophe: text.rules.apostrophe },
  };
  return {
    about,
    vocabulary,
    encoder,
    encoderFolder: start.folder,
    weights: new Map([...weights].filter(([name]) => isHead(name) || isAdapter(name))),
  };
}
