import path from 'node:path';
import { FeatureCache } from '../encoder/feature-cache.ts';
import { adapterOptions } from '../model/adapters.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import { headOf } from '../train/known-phones.ts';
import { layersOf } from '../train/pretrained.ts';
import type { StageSource } from '../train/stage-examples.ts';
import { stagesOf, type Stage } from '../train/stages.ts';
import { cutOf, type Shape } from '../train/trainable.ts';
import type { Work } from './work.ts';

export type StartedWork = Pick<Work, 'recipe' | 'prepared' | 'start' | 'progress' | 'signal'>;

/** The network's shape, as far as it is the same for all stages. */
export function shapeOf({ recipe, prepared, start }: StartedWork): Omit<Shape, 'encoder'> {
  const layers = start.layers ?? layersOf(recipe, start);
  const adapts = stagesOf(recipe).some((stage) => stage.trainable === 'adapters');
  return {
    head: start.head ?? headOf(recipe, start, layers),
    layers,
    tokens: prepared.vocabulary.size,
    adapters: adapterOptions(start.adapters ?? (adapts ? recipe.adapters : undefined)),
    freeze: recipe.encoder.freeze,
  };
}

/** What a stage takes its examples from. */
export async function stageSource(
  { recipe, prepared, start, progress, signal }: StartedWork,
  common: Omit<Shape, 'encoder'>,
  { trainable }: Pick<Stage, 'trainable'>,
): Promise<StageSource> {
  const encoder = await start.open(trainable === 'all' ? undefined : cutOf({ encoder: start }, trainable));
  const taught = trainable === 'all' ? recipe.training.teacher?.layer : undefined;
  const shape: Shape = { ...common, encoder, taught };
  const cache = new FeatureCache(path.join(cacheFolder(), 'features'));
  return { shape, trainable, start, recipe, prepared, cache, progress, ...(signal ? { signal } : {}) };
}
