import { computePacked, packedKey } from '../encoder/packed.ts';
import type { FeatureCache } from '../encoder/feature-cache.ts';
import { openEncoder } from '../encoder/open.ts';
import { readSource } from '../encoder/quantised.ts';
import { findEncoder } from '../encoder/source.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Batch } from '../support/batches.ts';
import type { Progress } from '../support/progress.ts';
import type { LoadedBatch } from './examples.ts';
import type { Item, Prepared } from '../dataset/prepare.ts';

/** What an encoder learns beside its transcripts: to hear in changed sound what a teacher hears in clean sound. */
export interface Teaching {
  /** The hidden layer that it learns to give. */
  layer: number;
  dims: number;
  /** Of its loss beside CTC's. */
  weight: number;
  /** What the teacher heard where each frame of a batch was, [batch, frames, dims]. */
  targets(batch: Batch, loaded: LoadedBatch): Promise<Float32Array>;
}

/** What a recipe's training hears, and where features are kept. */
interface Lesson {
  recipe: Recipe;
  prepared: Prepared;
  cache: FeatureCache;
  progress: Progress;
  signal?: AbortSignal;
}

/**
 * Has the teacher that a recipe names hear all training recordings as they are, in windows of 30 s, once.
 * @param items as the training's examples have them
 * @returns undefined where it names none
 */
export async function teachingFor(
  { recipe, prepared, cache, progress, signal }: Lesson,
  items: readonly Item[],
): Promise<Teaching | undefined> {
  const { training } = recipe;
  if (!training.teacher) return undefined;
  const { model, layer, weight } = training.teacher;
  const source = await findEncoder({ model });
  const encoder = await openEncoder(model, await readSource(source), {
    preprocessor: source.preprocessor,
    upTo: layer,
  });
  const once = [...new Map(items.map((item) => [item.key, item])).values()].sort((a, b) =>
    a.utterance.id < b.utterance.id ? -1 : 1,
  );
  await computePacked(
    encoder,
    layer,
    once.map((item) => ({ key: item.key, samples: item.samples, read: () => prepared.read(item) })),
    cache,
    { progress, signal },
  );
  await encoder.release();
  const { dims } = encoder;
  return {
    layer,
    dims,
    weight,
    async targets({ examples, frames }, { speeds, frameCounts }) {
      const result = new Float32Array(examples.length * frames * dims);
      await Promise.all(
        examples.map(async (i, row) => {
          const features = await cache.read(packedKey(items[i]!.key, encoder, layer));
          stretch(
            features,
            dims,
            speeds?.[row] ?? 1,
            result.subarray(row * frames * dims, (row * frames + frameCounts[row]!) * dims),
          );
        }),
      );
      return result;
    },
  };
}

/** Features as they would lie if the sound were played at a speed: between neighbouring frames where it is needed. */
export function stretch(features: Float32Array, dims: number, speed: number, into: Float32Array): void {
  const last = features.length / dims - 1;
  for (let t = 0; t < into.length / dims; t++) {
    const at = Math.min(last, t * speed);
    const left = Math.floor(at);
    const right = Math.min(last, left + 1);
    const share = at - left;
    for (let d = 0; d < dims; d++)
      into[t * dims + d] = features[left * dims + d]! * (1 - share) + features[right * dims + d]! * share;
  }
}
