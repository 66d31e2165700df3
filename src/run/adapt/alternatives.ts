import { recipeSchema, type Recipe } from '../../recipe/schema.ts';
import type { Pretrained } from '../../train/pretrained.ts';

/** One thing that a recipe could do otherwise. */
export interface Alternative {
  /** As people read it. */
  name: string;
  /** Where in the recipe it stands. */
  at: readonly string[];
  change: (recipe: Recipe) => Recipe;
}

/** Alternatives to one and the same choice, tried against each other and against the recipe as it is. */
export interface Round {
  title: string;
  alternatives: Alternative[];
}

/**
 * What is worth trying, what gains most for its time first: how the training speech is heard, what of the encoder
 * learns, the head, the layers it sees.
 * @param blocks of the encoder; 0 where nothing of it can learn
 * @param start a model whose head and layers stay as they are, where the recipe goes on from one
 */
export function roundsFor(minutes: number, blocks: number, { head: known }: Pick<Pretrained, 'head'> = {}): Round[] {
  const rounds: Round[] = [
    {
      title: 'how training speech is heard',
      alternatives: [
        training('averaged weights', 'average', { average: 0.99 }),
        training('three speeds, averaged weights', 'speeds', { speeds: [0.9, 1, 1.1], average: 0.99 }),
        training('changed copies, averaged weights', 'copies', { copies: 2, augment: ELSEWHERE, average: 0.99 }),
        training('averaged weights, twice as many epochs', 'epochs', (t) => ({ average: 0.99, epochs: 2 * t.epochs })),
      ],
    },
    {
      title: 'what learns',
      alternatives: blocks > 0 ? unfreezing(minutes, blocks) : [],
    },
  ];
  if (!known)
    rounds.push(
      {
        title: 'the head',
        alternatives: [
          head('more dropout', 'dropout', { dropout: 0.35 }),
          head('a wider head', 'dims', { dims: 512, dropout: 0.3 }),
          head('a transformer block', 'kind', { kind: 'transformer' }),
        ],
      },
      { title: 'the hidden layer', alternatives: layersToTry(blocks).map(layer) },
    );
  return rounds.filter(({ alternatives }) => alternatives.length > 0);
}

type Training = Recipe['training'];

/** As a recording might sound elsewhere: in noise, in a room, over the telephone, at another speed. */
const ELSEWHERE = recipeSchema.shape.training
  .unwrap()
  .parse({ augment: { reverberation: { probability: 0.3 } } }).augment;

function training(
  name: string,
  field: keyof Training,
  patch: Partial<Training> | ((t: Training) => Partial<Training>),
) {
  const change = (recipe: Recipe): Recipe => ({
    ...recipe,
    training: { ...recipe.training, ...(typeof patch === 'function' ? patch(recipe.training) : patch) },
  });
  return { name, at: ['training', field], change };
}

function head(name: string, field: keyof Recipe['head'], patch: Partial<Recipe['head']>): Alternative {
  return { name, at: ['head', field], change: (recipe) => ({ ...recipe, head: { ...recipe.head, ...patch } }) };
}

const layer = (layer: number): Alternative => ({
  name: `hidden layer ${layer}`,
  at: ['encoder', 'layer'],
  change: (recipe) => ({ ...recipe, encoder: { ...recipe.encoder, layer } }),
});

/** `mix`, the default, has learnt weights for all of them; the highest often know more of another task. */
const layersToTry = (blocks: number): number[] => (blocks > 1 ? [blocks, blocks - 1] : []);

/**
 * First the head, then with it what is above a cut: a head that knows nothing yet would spoil what it stands on (Kumar
 * et al. 2022).
 */
function unfreezing(minutes: number, blocks: number): Alternative[] {
  const adapters = unfreezingStage('adapters too', 'adapters');
  // With very little speech, a few numbers in every block are all that can be learnt.
  if (minutes < 4) return [adapters];
  const top = [...new Set([Math.min(2, blocks), blocks])];
  return [adapters, ...top.map((n) => unfreezingStage(`the top ${n} of ${blocks} blocks too`, { top: n }))];
}

function unfreezingStage(name: string, train: Recipe['train']): Alternative {
  const change = (recipe: Recipe): Recipe => {
    const { epochs, learning_rate: rate } = recipe.training;
    const stages = [
      { train: 'head' as const, epochs, learning_rate: rate },
      { train, epochs: Math.max(4, Math.round(epochs / 3)), learning_rate: rate / 3 },
    ];
    return { ...recipe, stages };
  };
  return { name, at: ['stages'], change };
}
