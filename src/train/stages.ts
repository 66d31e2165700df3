import { nameOf, type TrainablePart } from '../recipe/trainable-part.ts';
import type { Recipe } from '../recipe/schema.ts';

/** One training of a run; gradual unfreezing has several, each going on from the one before. */
export interface Stage {
  /** As people read it; unique in a run. */
  name: string;
  trainable: TrainablePart;
  epochs: number;
  learningRate: number;
}

export function stagesOf(recipe: Recipe): Stage[] {
  const listed = recipe.stages ?? [
    { train: recipe.train, epochs: recipe.training.epochs, learning_rate: recipe.training.learning_rate },
  ];
  return listed.map(({ train, epochs, learning_rate }) => ({
    name: nameOf(train),
    trainable: train,
    epochs,
    learningRate: learning_rate,
  }));
}
