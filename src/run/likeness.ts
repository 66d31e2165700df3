import { augmentAudio, type AudioAugmentSettings } from '../augment/audio-augment.ts';
import type { Item, Prepared } from '../dataset/prepare.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import { fitLikeness, type Likeness, type Pooled } from '../evaluate/likeness.ts';
import type { Model } from '../model/model.ts';
import type { Progress, Task } from '../support/progress.ts';
import { makeBatches } from '../support/batches.ts';
import { Random } from '../support/random.ts';
import { BATCH_FRAMES } from './model-outputs.ts';

/** Recordings that are enough to know what the training sounds like. */
const MOST = 400;

/**
 * What the recordings that a model has learnt from sound like, and how far from that others of their kind are: those of
 * dev.
 */
export async function learnLikeness(
  model: Model,
  prepared: Prepared,
  progress: Progress,
): Promise<Likeness | undefined> {
  const [train, dev] = [some(prepared.train), some(prepared.dev)];
  const task = progress('how training sounds', train.length + dev.length, 'recordings');
  const likeness = fitLikeness(
    await pooledOf(model, prepared, train, task),
    await pooledOf(model, prepared, dev, task),
  );
  task.done();
  return likeness;
}

/** Evenly taken. */
const some = (items: readonly Item[]): Item[] => items.filter((_, i) => i % Math.ceil(items.length / MOST) === 0);

async function pooledOf(
  model: Model,
  { read }: Pick<Prepared, 'read'>,
  items: readonly Item[],
  task: Task,
): Promise<Pooled[]> {
  const all: Pooled[] = [];
  for (const { examples } of makeBatches(
    items.map((item) => frameCount(item.samples)),
    BATCH_FRAMES,
  )) {
    all.push(...(await model.pooled(await Promise.all(examples.map((i) => read(items[i]!))))));
    task.advance(examples.length);
  }
  return all;
}

/** As recordings might sound elsewhere: noise, rooms and telephones, mostly one of them. */
const ELSEWHERE: AudioAugmentSettings = {
  speed: [1, 1],
  noise: { probability: 0.7, snr: [0, 20] },
  telephone: 0.25,
  reverberation: { probability: 0.35, decay: [0.2, 0.8] },
  codec: 0,
};

/** Recordings as they might sound elsewhere, always the same for a copy's number. */
export const elsewhere = ({ read }: Pick<Prepared, 'read'>, copy: number): Pick<Prepared, 'read'> => ({
  read: async (item) =>
    augmentAudio((await read(item)).slice(), ELSEWHERE, Infinity, new Random(`elsewhere/${copy}/${item.key}`)),
});
